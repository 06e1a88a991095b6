package io.diptych.command.internal;

import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a partition's events from the log into its aggregates: what a new owner does before it decides anything. An
 * aggregate with an event that cannot be taken keeps the version before it, and why.
 */
final class EventReplay<S, E> {

    private static final Logger LOG = LoggerFactory.getLogger(EventReplay.class);

    private final EngineSetup<?, S, E> setup;
    private final Overlay<S> aggregates;
    private final List<AggregateStore.Place> places = new ArrayList<>();

    EventReplay(EngineSetup<?, S, E> setup, Overlay<S> aggregates) {
        this.setup = setup;
        this.aggregates = aggregates;
    }

    /** Whether Diptych wrote the event, and not somebody else who writes to the same topic. */
    static boolean isOurs(LogRecord event) {
        return event.header(Headers.COMMAND_CHECKSUM) != null;
    }

    /**
     * The first command of that log of commands that was not handled with the event; 0 when the event does not say: then
     * a position was committed with it, or another event follows.
     */
    static long nextCommand(LogRecord event, String commandLogId) {
        String told = event.text(Headers.NEXT_COMMAND);
        if (told == null || !told.startsWith(commandLogId + ':')) {
            return 0;
        }
        try {
            return Long.parseLong(told, commandLogId.length() + 1, told.length(), 10);
        } catch (NumberFormatException e) {
            LOG.warn(
                    "The event at [{}] has [{}] as its [{}], which is passed over: it was not written by Diptych",
                    place(event),
                    told,
                    Headers.NEXT_COMMAND);
            return -1;
        }
    }

    /** Takes the next event. */
    void take(LogRecord event) {
        byte[] key = event.key();
        if (key == null) {
            LOG.warn("The event at [{}] has no key and is passed over: it was not written by Diptych", place(event));
            return;
        }
        String id = new String(key, StandardCharsets.UTF_8);
        AggregateState<S> before = aggregates.get(id);
        AggregateState<S> after = before.failure() == null ? evolved(event, id, before) : before;
        aggregates.put(id, after);
        if (after.version() > before.version()) {
            places.add(new AggregateStore.Place(id, after.version(), event.offset()));
        }
    }

    /** The events up to that offset were taken: what they changed is kept. */
    void keep(long nextEvent) {
        aggregates.keep(places, nextEvent);
        places.clear();
    }

    /** Drops what was taken and not kept, as who owns the aggregates has done with their changes. */
    void discard() {
        places.clear();
    }

    private AggregateState<S> evolved(LogRecord event, String id, AggregateState<S> before) {
        String type = event.text(Headers.TYPE);
        try {
            byte[] payload = event.value();
            if (type == null || payload == null) {
                throw new IllegalStateException("it lacks its type, version or value");
            }
            long version = version(event.text(Headers.SEQUENCE), before);
            S state = setup.aggregate()
                    .decider()
                    .evolve(before.state(), setup.events().decode(type, payload));
            return before.after(state, result(event, type, version, before), setup.recentCommands());
        } catch (RuntimeException | StackOverflowError e) {
            String why = "The event [" + type + "] of [" + id + "] at [" + place(event) + "] cannot be replayed: "
                    + e.getMessage() + ". Commands to it are refused until the application can read it again";
            LOG.error(why, e);
            return before.failed(before.version(), why);
        }
    }

    private static long version(@Nullable String sequence, AggregateState<?> before) {
        if (sequence == null) {
            throw new IllegalStateException("it lacks its type, version or value");
        }
        long version = Long.parseLong(sequence);
        if (version != before.version() + 1) {
            throw new IllegalStateException("it has version " + version + " after " + before.version());
        }
        return version;
    }

    /** The result of the command that the event follows from, with the events of that command so far. */
    private static CommandResult result(LogRecord event, String type, long version, AggregateState<?> before) {
        String command = event.text(Headers.CAUSATION_ID);
        String checksum = event.text(Headers.COMMAND_CHECKSUM);
        String commandId = command == null ? "" : command;
        CommandResult sofar = before.resultOf(commandId);
        var types = new ArrayList<String>();
        if (sofar != null) {
            types.addAll(sofar.eventTypes());
        }
        types.add(type);
        return new CommandResult(
                commandId, checksum == null ? "" : checksum, version, List.copyOf(types), event.offset());
    }

    private static String place(LogRecord event) {
        return event.topic() + "/" + event.partition() + "/" + event.offset();
    }
}
