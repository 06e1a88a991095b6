package io.diptych.command.internal;

import io.diptych.command.CommandStatus;
import io.diptych.command.OwnerReply;
import io.diptych.message.LogRecord;
import io.diptych.message.internal.Backoff;
import io.diptych.message.internal.Crowd;
import io.diptych.message.internal.LogException;
import io.diptych.message.internal.OwnershipListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles the commands of the partitions it owns: poll, decide, one transaction, again. Run by one thread, one
 * {@link #step} after the other.
 *
 * <p>A partition is served only after its events were read up to where the log ended when it was taken over. What a
 * former owner left open there was ended before, and a former owner that wakes up cannot add to it: see
 * {@link FormerOwners} and {@link CommandPositions}.
 */
public final class CommandWorker<C, S, E> implements OwnershipListener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CommandWorker.class);
    private static final Duration WHILE_READING_EVENTS = Duration.ofMillis(1);

    /** Of commands in one transaction: many small ones, or one of more than half of that. */
    private static final int BYTES_PER_TRANSACTION = 512 * 1024;

    /**
     * Of events as a multiple of that: commands that lead to many events would otherwise make a transaction that is not
     * stored within the producer's time-out, however often it is tried.
     */
    private static final long EVENTS_PER_COMMAND = 8;

    /** After which a transaction takes no more commands, as its time-out comes nearer once an event was sent. */
    private static final Duration LONGEST_HANDLING = Duration.ofMillis(200);

    private final EngineSetup<C, S, E> setup;
    private final Envelopes<E> envelopes;
    private final CommandLog log;
    private final int bytesPerTransaction;
    private final Map<Integer, OwnedPartition<C, S, E>> owned = new HashMap<>();
    private final Takeovers takeovers;
    private boolean broken = true; // Nothing was begun yet: the first step makes the log ready.
    private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2));
    private final CommandPositions positions = new CommandPositions();
    private final Crowd crowd;
    private final WorkerReport report;
    private boolean joined;

    /** The last of a transaction that failed after a long time: nothing is sent before it is decided the next time. */
    private @Nullable LogRecord slow;

    /** A worker that owns nothing yet. */
    public CommandWorker(EngineSetup<C, S, E> setup, CommandLog log) {
        this(setup, log, BYTES_PER_TRANSACTION, new Crowd());
    }

    CommandWorker(EngineSetup<C, S, E> setup, CommandLog log, int bytesPerTransaction, Crowd crowd) {
        this.setup = setup;
        this.envelopes = new Envelopes<>(setup);
        this.log = log;
        this.bytesPerTransaction = bytesPerTransaction;
        this.takeovers = new Takeovers(log, this::partition, setup.clock());
        this.crowd = crowd;
        this.report = new WorkerReport(setup.aggregate().name(), setup.clock());
    }

    /** How it is doing; for any thread. */
    public CommandStatus status() {
        return report.last();
    }

    /** One round: takes what the log has, waiting at most {@code maxWait} for it, and handles it. */
    public void step(Duration maxWait) {
        try {
            if (broken) {
                startOver();
            }
            List<LogRecord> commands = gather(maxWait);
            goOnTakingOver();
            if (commands.isEmpty()
                    || Portions.of(commands, bytesPerTransaction).stream().allMatch(this::handle)) {
                backoff.reset();
            }
            addPositions();
            reportProgress();
        } catch (LogException e) {
            LOG.warn("{}: {}: starting over in {}", name(), e.getMessage(), backoff);
            waitBroken(e);
        } catch (RuntimeException e) {
            LOG.error("{}: a defect: starting over in {}", name(), backoff, e);
            waitBroken(e);
        }
    }

    @Override
    public void assigned(Collection<Integer> partitions) {
        joined = true;
        for (int partition : partitions) {
            owned.put(partition, new OwnedPartition<>(setup, log::partitionOf, log.commandLogId(), partition));
            takeovers.begin(partition);
        }
    }

    @Override
    public void revoked(Collection<Integer> partitions) {
        positions.forget(partitions);
        for (int partition : partitions) {
            var gone = owned.remove(partition);
            if (gone != null) {
                gone.close();
            }
            takeovers.giveUp(partition);
        }
    }

    @Override
    public void close() {
        revoked(List.copyOf(owned.keySet()));
        log.close();
        report(CommandStatus.State.STOPPED, null);
    }

    /** What the log has; when commands come in crowds, with those that come a moment later. */
    private List<LogRecord> gather(Duration maxWait) {
        List<LogRecord> first = log.poll(takeovers.isEmpty() ? maxWait : WHILE_READING_EVENTS, this);
        if (first.isEmpty()) {
            return first;
        }
        var all = new ArrayList<>(first);
        Duration left = crowd.patience(all.size());
        Instant until = setup.clock().instant().plus(left);
        while (left.isPositive() && bytes(all) < bytesPerTransaction) {
            List<LogRecord> more = log.poll(left, this);
            all.addAll(more);
            // Never longer than at first, should the clock be set back meanwhile.
            Duration most = more.isEmpty() ? Duration.ZERO : crowd.patience(all.size());
            Duration rest = Duration.between(setup.clock().instant(), until);
            left = rest.compareTo(most) < 0 ? rest : most;
        }
        crowd.came(all.size());
        // Commands of partitions that were given away meanwhile are somebody else's, also if they came back.
        all.removeIf(command -> !owned.containsKey(command.partition()) || takeovers.isOf(command.partition()));
        return all;
    }

    private static long bytes(List<LogRecord> commands) {
        return commands.stream()
                .map(LogRecord::value)
                .mapToLong(value -> value == null ? 0 : value.length)
                .sum();
    }

    /** In as many transactions as their events need; whether all were committed. */
    private boolean handle(List<LogRecord> commands) {
        var rest = new ArrayDeque<>(commands);
        while (!rest.isEmpty()) {
            if (!handleNext(rest)) {
                return false;
            }
        }
        return true;
    }

    /** One transaction; whether it was committed. */
    private boolean handleNext(Queue<LogRecord> commands) {
        long begun = System.nanoTime();
        Instant now = setup.clock().instant();
        var batch = new CommandBatch(log.begin());
        LogRecord command = commands.element();
        List<Runnable> answers;
        try {
            do {
                command = commands.remove();
                partition(command).handle(command, batch, now);
                batch.append();
            } while (!commands.isEmpty()
                    && batch.eventBytes() < EVENTS_PER_COMMAND * bytesPerTransaction
                    && isShort(now)
                    && !isSlow(commands.element()));
            answers = write(batch, now);
        } catch (CommitRefusedException e) {
            batch.nextCommands().keySet().forEach(p -> partition(p).discard());
            waitRefused(e);
            return false;
        } catch (Throwable e) {
            batch.nextCommands().keySet().forEach(p -> partition(p).discard());
            if (!isShort(now)) {
                slow = command;
            }
            throw e;
        }
        batch.nextCommands().keySet().forEach(p -> partition(p).committed(batch));
        answers.forEach(Runnable::run);
        var took = Duration.ofNanos(System.nanoTime() - begun);
        batch.outcomes().forEach(outcome -> setup.observer().handled(name(), outcome));
        if (!batch.outcomes().isEmpty()) {
            setup.observer().committed(name(), batch.outcomes().size(), batch.eventCount(), took);
        }
        return true;
    }

    /** Whether a transaction begun then is open for a short time only. */
    private boolean isShort(Instant begun) {
        return Duration.between(begun, setup.clock().instant()).compareTo(LONGEST_HANDLING) < 0;
    }

    private boolean isSlow(LogRecord command) {
        return slow != null && slow.partition() == command.partition() && slow.offset() == command.offset();
    }

    /** Commits what the batch is to write; returns what hands the replies to gateways. */
    private List<Runnable> write(CommandBatch batch, Instant now) {
        Map<Integer, Long> toAdd = positions.toAdd(batch, now);
        batch.appendAll(log.commandLogId());
        CommandLog.Transaction transaction = batch.transaction();
        var answers = new ArrayList<Runnable>();
        for (CommandBatch.PendingReply pending : batch.replies()) {
            LogRecord command = pending.command();
            OwnerReply reply = pending.reply().get();
            if (envelopes.isFromGateway(command)) {
                answers.add(() -> log.answer(command, reply, now, () -> envelopes.reply(command, reply, now)));
            } else {
                transaction.reply(envelopes.reply(command, reply, now));
            }
        }
        batch.others().forEach(transaction::send);
        transaction.commit(toAdd);
        positions.committed(batch, toAdd, now);
        return answers;
    }

    /** Those that no transaction has added, once it is time to. */
    private void addPositions() {
        Instant now = setup.clock().instant();
        if (positions.isDue(now)) {
            try {
                var unused = write(new CommandBatch(log.begin()), now);
            } catch (CommitRefusedException e) {
                waitRefused(e);
            }
        }
    }

    /** After a failure: nothing of it is open any more, and every partition is read again from where it stood. */
    private void startOver() {
        log.reset();
        positions.forget(owned.keySet());
        for (int partition : owned.keySet()) {
            partition(partition).discard();
            log.pause(partition);
            takeovers.beginAgain(partition);
        }
        broken = false;
    }

    /** Learns which partitions are left, and takes up their commands again: nothing else was lost. */
    private void waitRefused(CommitRefusedException cause) {
        LOG.debug("{}: {}: the same commands again in {}", name(), cause.getMessage(), backoff);
        owned.keySet().forEach(log::pause);
        log.poll(backoff.next(), this);
        for (int partition : owned.keySet()) {
            if (!takeovers.isOf(partition)) {
                log.rewind(partition, partition(partition).nextCommand());
                log.resume(partition);
            }
        }
        goOnTakingOver();
    }

    private void waitBroken(RuntimeException cause) {
        broken = true;
        report(CommandStatus.State.WAITING, cause.getMessage());
        try {
            owned.keySet().forEach(log::pause);
            log.poll(backoff.next(), this);
        } catch (LogException e) {
            LOG.debug("{}: still away: {}", name(), e.getMessage());
        }
    }

    private void goOnTakingOver() {
        for (int partition : takeovers.goOn()) {
            long next = log.rewind(partition, partition(partition).nextCommand());
            partition(partition).serve(next);
            positions.takenOver(partition, next);
            log.resume(partition);
            LOG.debug("{}: partition {} is ready at command {}", name(), partition, next);
        }
    }

    private OwnedPartition<C, S, E> partition(LogRecord record) {
        return partition(record.partition());
    }

    private OwnedPartition<C, S, E> partition(int partition) {
        var found = owned.get(partition);
        if (found == null) {
            throw new IllegalStateException(name() + ": partition " + partition + " is not owned");
        }
        return found;
    }

    private String name() {
        return setup.aggregate().name();
    }

    private void reportProgress() {
        if (joined) {
            report.goesOn(owned.keySet(), takeovers);
        } else {
            report(CommandStatus.State.WAITING, "waits for its share of the partitions");
        }
    }

    private void report(CommandStatus.State state, @Nullable String reason) {
        report.tell(state, reason, owned.keySet(), takeovers);
    }
}
