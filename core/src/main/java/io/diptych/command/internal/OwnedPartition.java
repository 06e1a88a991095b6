package io.diptych.command.internal;

import io.diptych.command.CommandObserver.Outcome;
import io.diptych.command.CommandReply;
import io.diptych.command.Decision;
import io.diptych.message.ConsistencyToken;
import io.diptych.message.Limits;
import io.diptych.message.LogRecord;
import io.diptych.message.NewRecord;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The aggregates of one partition and what commands do to them. Changes stay in an overlay until their transaction is
 * committed; a transaction that is not committed leaves no trace.
 */
final class OwnedPartition<C, S, E> {

    private static final Logger LOG = LoggerFactory.getLogger(OwnedPartition.class);
    private static final long UNKNOWN = -1;

    private final EngineSetup<C, S, E> setup;
    private final CommandReader<C> reader;
    private final Envelopes<E> envelopes;
    private final ToIntFunction<byte[]> partitioner;
    private final int partition;
    private final AggregateStore<S> store;
    private final Overlay<S> overlay;
    private final EventReplay<S, E> replay;
    private final String commandLogId;
    private long nextCommand = UNKNOWN;
    private boolean served;

    OwnedPartition(EngineSetup<C, S, E> setup, ToIntFunction<byte[]> partitioner, String commandLogId, int partition) {
        this.setup = setup;
        this.reader = new CommandReader<>(setup.aggregate(), setup.commands());
        this.envelopes = new Envelopes<>(setup);
        this.partitioner = partitioner;
        this.commandLogId = commandLogId;
        this.partition = partition;
        this.store = setup.stores().open(partition);
        this.overlay = new Overlay<>(store, setup.aggregate().decider()::initialState);
        this.replay = new EventReplay<>(setup, overlay);
    }

    /** Brings in what was kept; when that is done, {@link #nextEvent} is known. */
    AggregateStore.Restoring restore(Duration atMost) {
        return store.restore(atMost);
    }

    /** The first event that is not in the state, of a log that ends at {@code end}. */
    long nextEvent(long end) {
        if (store.nextEvent() > end) {
            LOG.warn(
                    "What is kept of partition [{}] of [{}] goes up to event [{}], but the log ends at [{}]: it is"
                            + " another log, or lost its end. All is read again from the first event",
                    partition,
                    setup.eventTopic(),
                    store.nextEvent(),
                    end);
            store.clear();
        }
        return store.nextEvent();
    }

    /** Decides what becomes of the record, and puts all of it into the batch. */
    void handle(LogRecord record, CommandBatch batch, Instant now) {
        if (AggregateQuery.is(record)) {
            answer(record, batch);
            return;
        }
        ReceivedCommand<C> command;
        try {
            command = reader.read(record, now);
        } catch (ProblemException e) {
            deadLetter(record, e.problem(), batch, now);
            return;
        }
        int home = partitioner.applyAsInt(command.key());
        if (home != partition) {
            batch.send(envelopes.forward(command, home));
            batch.handled(record, Outcome.FORWARDED);
            return;
        }
        AggregateState<S> aggregate = overlay.get(command.aggregateId());
        CommandResult earlier = aggregate.resultOf(command.id());
        if (earlier != null) {
            repeat(command, earlier, batch);
        } else if (command.expectedVersion() != null && command.expectedVersion() != aggregate.version()) {
            conflict(command, aggregate, batch);
        } else {
            decide(command, aggregate, batch, now);
        }
    }

    /** Answers a question on an aggregate, as of the commands before it; the reply is all that comes of it. */
    private void answer(LogRecord record, CommandBatch batch) {
        batch.passed(record);
        AggregateQuery query;
        try {
            query = AggregateQuery.read(record);
        } catch (ProblemException e) {
            batch.reply(record, () -> new CommandReply.Refused(e.problem()));
            return;
        }
        int home = partitioner.applyAsInt(query.id().getBytes(StandardCharsets.UTF_8));
        if (home != partition) {
            batch.send(envelopes.forward(record, home));
            return;
        }
        AggregateState<S> aggregate = overlay.get(query.id());
        batch.reply(record, () -> query.answer(setup, partition, aggregate, places(query, aggregate.version(), batch)));
    }

    /** Where the events asked for stand: those that are stored, then those of this batch up to that version. */
    private List<AggregateStore.Place> places(AggregateQuery query, long version, CommandBatch batch) {
        AggregateQuery.Range range = query.events();
        if (range == null) {
            return List.of();
        }
        var places = new ArrayList<>(store.events(query.id(), range.from(), range.limit()));
        batch.places(partition).stream()
                .filter(place -> query.asksFor(place, version))
                .limit(range.limit() - places.size())
                .forEach(places::add);
        return places;
    }

    /** The batch was committed: its changes are the state. */
    void committed(CommandBatch batch) {
        handledUpTo(batch.nextCommands().getOrDefault(partition, UNKNOWN));
        overlay.keep(batch.places(partition), batch.nextEvent(partition, store.nextEvent()));
    }

    /** The batch was not committed, as far as is known. */
    void discard() {
        overlay.clear();
        replay.discard();
        if (!served) {
            nextCommand = UNKNOWN; // Later events that were not read yet may tell more.
        }
    }

    /** Takes an event from the log into the state; of one that is in it, only which commands were handled with it. */
    void replay(LogRecord event) {
        if (EventReplay.isOurs(event)) {
            handledUpTo(EventReplay.nextCommand(event, commandLogId));
        }
        if (event.offset() >= store.nextEvent()) {
            replay.take(event);
        }
    }

    /** Events up to that offset were replayed. */
    void replayed(long nextEvent) {
        if (nextEvent >= store.nextEvent()) {
            replay.keep(nextEvent);
        }
    }

    /** Whether any event was seen that tells which commands were handled, or any command was handled. */
    boolean knowsNextCommand() {
        return nextCommand != UNKNOWN;
    }

    /** All commands before that one are known to be handled. */
    long nextCommand() {
        return Math.max(0, nextCommand);
    }

    /** It is served from that command on. */
    void serve(long next) {
        served = true;
        handledUpTo(next);
    }

    private void handledUpTo(long next) {
        nextCommand = Math.max(nextCommand, next);
    }

    void close() {
        store.close();
    }

    private void decide(ReceivedCommand<C> command, AggregateState<S> aggregate, CommandBatch batch, Instant now) {
        if (aggregate.failure() != null) {
            deadLetter(command.record(), Problem.Type.HANDLER_FAILED.with(aggregate.failure()), batch, now);
            return;
        }
        var decider = setup.aggregate().decider();
        try {
            switch (decider.decide(command.command(), aggregate.state(), command.metadata())) {
                case Decision.Accepted<E>(List<E> events) -> accept(command, aggregate, events, batch, now);
                case Decision.Rejected<E>(String code, String message) -> {
                    Problem problem = Problem.Type.REJECTED.with(message, Map.of("code", code));
                    batch.reply(command.record(), () -> new CommandReply.Refused(problem));
                    batch.handled(command.record(), Outcome.REJECTED);
                }
            }
        } catch (ProblemException e) {
            deadLetter(command.record(), e.problem(), batch, now);
        } catch (RuntimeException | StackOverflowError e) {
            LOG.error("The command [{}] of [{}] failed in the decider", command.type(), command.aggregateId(), e);
            String detail = "The application failed on the command [" + command.type() + "] of ["
                    + command.aggregateId() + "]: " + e + ". The command is in [" + setup.deadLetterTopic() + "]";
            deadLetter(command.record(), Problem.Type.HANDLER_FAILED.with(detail), batch, now);
        }
    }

    private void accept(
            ReceivedCommand<C> command, AggregateState<S> aggregate, List<E> events, CommandBatch batch, Instant now) {
        String name = setup.aggregate().name();
        String id = command.aggregateId();
        if (events.isEmpty()) {
            long read = store.nextEvent();
            long version = aggregate.version();
            batch.reply(
                    command.record(),
                    () -> new CommandReply.Accepted(
                            name, id, version, List.of(), token(batch.nextEvent(partition, read) - 1)));
            batch.handled(command.record(), Outcome.ACCEPTED);
            return;
        }
        String checksum = checksum(command);
        S state = aggregate.state();
        long version = aggregate.version();
        var records = new ArrayList<NewRecord>(events.size());
        var types = new ArrayList<String>(events.size());
        for (E event : events) {
            state = setup.aggregate().decider().evolve(state, event);
            version++;
            String type = setup.events().typeOf(event);
            records.add(envelopes.event(command, type, encode(event, type), version, checksum, now));
            types.add(type);
        }
        var result = new CommandResult(command.id(), checksum, version, List.copyOf(types));
        overlay.put(id, aggregate.after(state, result, setup.recentCommands()));
        batch.record(command.record(), id, records, result);
        batch.reply(command.record(), () -> accepted(id, result));
        batch.handled(command.record(), Outcome.ACCEPTED);
    }

    private byte[] encode(E event, String type) {
        byte[] payload = setup.events().encode(event);
        if (payload.length > Limits.MAX_EVENT_BYTES) {
            throw Problem.Type.TOO_LARGE.exception("The event [" + type + "] has " + payload.length + " bytes: at most "
                    + Limits.MAX_EVENT_BYTES + " are allowed");
        }
        return payload;
    }

    private void repeat(ReceivedCommand<C> command, CommandResult earlier, CommandBatch batch) {
        if (earlier.checksum().equals(checksum(command))) {
            batch.reply(command.record(), () -> accepted(command.aggregateId(), earlier));
        } else {
            Problem problem = Problem.Type.KEY_REUSED.with("The id [" + command.id()
                    + "] was used for another command on [" + command.aggregateId()
                    + "]: use a new one for a new command, and the same body to ask again");
            batch.reply(command.record(), () -> new CommandReply.Refused(problem));
        }
        batch.handled(command.record(), Outcome.DUPLICATE);
    }

    private void conflict(ReceivedCommand<C> command, AggregateState<S> aggregate, CommandBatch batch) {
        Problem problem = Problem.Type.VERSION_CONFLICT.with(
                "The " + setup.aggregate().name() + " [" + command.aggregateId() + "] is at version ["
                        + aggregate.version() + "], not [" + command.expectedVersion()
                        + "]: read it again and decide anew",
                Map.of("currentVersion", aggregate.version()));
        batch.reply(command.record(), () -> new CommandReply.Refused(problem));
        batch.handled(command.record(), Outcome.CONFLICT);
    }

    private void deadLetter(LogRecord record, Problem problem, CommandBatch batch, Instant now) {
        batch.send(envelopes.deadLetter(record, problem, now));
        batch.reply(record, () -> new CommandReply.Refused(problem));
        batch.handled(record, Outcome.DEAD_LETTERED);
    }

    private CommandReply accepted(String id, CommandResult result) {
        return new CommandReply.Accepted(
                setup.aggregate().name(), id, result.version(), result.eventTypes(), token(result.offset()));
    }

    private ConsistencyToken token(long offset) {
        return ConsistencyToken.of(setup.aggregate().name(), partition, offset);
    }

    private static String checksum(ReceivedCommand<?> command) {
        byte[] payload = command.record().value();
        return Envelopes.checksum(command.type(), payload == null ? new byte[0] : payload);
    }
}
