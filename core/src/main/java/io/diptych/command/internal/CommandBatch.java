package io.diptych.command.internal;

import io.diptych.command.CommandObserver.Outcome;
import io.diptych.command.OwnerReply;
import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import io.diptych.message.NewRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one transaction is to write: events while commands are still handled, so that brokers store some meanwhile; all else
 * once the last was handled.
 */
final class CommandBatch {

    /** Of an event's headers and key, roughly. */
    private static final int HEADER_BYTES = 400;

    /** A reply whose content may depend on where the events will stand. */
    record PendingReply(LogRecord command, Supplier<? extends OwnerReply> reply) {}

    /** An event, and the result of its command if it is the command's last. */
    private record Event(
            NewRecord event,
            String aggregateId,
            long version,
            @Nullable CommandResult result) {}

    /** The last event of a partition so far, and the command after the one that it follows from. */
    private record Last(Event event, long nextCommand) {}

    private final CommandLog.Transaction transaction;
    private final List<Event> events = new ArrayList<>();
    private int appended;
    private long eventBytes;
    private final Map<Integer, Last> last = new HashMap<>();
    private final List<PendingReply> replies = new ArrayList<>();
    private final List<NewRecord> others = new ArrayList<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final Map<Integer, Long> nextCommands = new HashMap<>();
    private final Map<Integer, Long> nextEvents = new HashMap<>();
    private final Map<Integer, List<AggregateStore.Place>> places = new HashMap<>();

    CommandBatch(CommandLog.Transaction transaction) {
        this.transaction = transaction;
    }

    /** Events that the command on the aggregate recorded, and what the command led to. */
    void record(LogRecord command, String aggregateId, List<NewRecord> ofOneCommand, CommandResult result) {
        long version = result.version() - ofOneCommand.size();
        for (NewRecord record : ofOneCommand) {
            version++;
            var event = new Event(record, aggregateId, version, version == result.version() ? result : null);
            Last before = last.put(command.partition(), new Last(event, command.offset() + 1));
            if (before != null) {
                events.add(before.event());
            }
            byte[] payload = record.value();
            eventBytes += HEADER_BYTES + (payload == null ? 0 : payload.length);
        }
    }

    /**
     * Has events stored while more commands are handled; the last of each partition waits for what it has to tell. Between
     * two commands only: a log that fails while one is handled would be taken for a fault of its decider.
     */
    void append() {
        for (; appended < events.size(); appended++) {
            transaction.append(events.get(appended).event());
        }
    }

    /**
     * Has all events stored, the last of each partition with which commands are handled with it, and takes over where they
     * stand.
     */
    void appendAll(String commandLogId) {
        for (Last told : last.values()) {
            Event event = told.event();
            NewRecord telling =
                    event.event().with(Header.text(Headers.NEXT_COMMAND, commandLogId + ':' + told.nextCommand()));
            events.add(new Event(telling, event.aggregateId(), event.version(), event.result()));
        }
        append();
        if (!events.isEmpty()) {
            locate(transaction.stored());
        }
    }

    /** A reply, if the command asks for one. */
    void reply(LogRecord command, Supplier<? extends OwnerReply> reply) {
        if (Envelopes.isReplyWanted(command)) {
            replies.add(new PendingReply(command, reply));
        }
    }

    /** A dead letter or a forwarded command. */
    void send(NewRecord record) {
        others.add(record);
    }

    /** The command was handled, with that outcome. */
    void handled(LogRecord command, Outcome outcome) {
        outcomes.add(outcome);
        passed(command);
    }

    /** The record was dealt with and counts as no command. */
    void passed(LogRecord record) {
        nextCommands.put(record.partition(), record.offset() + 1);
    }

    /** Whether the events, once they say it, tell of all commands that they are handled. */
    boolean isToldByEvents() {
        return nextCommands.entrySet().stream().allMatch(next -> {
            Last told = last.get(next.getKey());
            return told != null && told.nextCommand() == next.getValue();
        });
    }

    private void locate(long[] offsets) {
        for (int i = 0; i < offsets.length; i++) {
            Event event = events.get(i);
            if (event.result() != null) {
                event.result().locate(offsets[i]);
            }
            Integer partition = event.event().partition();
            if (partition != null) {
                places.computeIfAbsent(partition, p -> new ArrayList<>())
                        .add(new AggregateStore.Place(event.aggregateId(), event.version(), offsets[i]));
                nextEvents.put(partition, offsets[i] + 1);
            }
        }
    }

    /** All of them, once they are stored. */
    int eventCount() {
        return events.size();
    }

    /** That the events take on the log, roughly. */
    long eventBytes() {
        return eventBytes;
    }

    /** Where the batch's events of the partition stand; known once they are located. */
    List<AggregateStore.Place> places(int partition) {
        return places.getOrDefault(partition, List.of());
    }

    CommandLog.Transaction transaction() {
        return transaction;
    }

    List<PendingReply> replies() {
        return replies;
    }

    List<NewRecord> others() {
        return others;
    }

    List<Outcome> outcomes() {
        return outcomes;
    }

    /** For each partition the command to go on with. */
    Map<Integer, Long> nextCommands() {
        return nextCommands;
    }

    /** The offset past the batch's last event of the partition, or the position given when it has none. */
    long nextEvent(int partition, long otherwise) {
        return nextEvents.getOrDefault(partition, otherwise);
    }
}
