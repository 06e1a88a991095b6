package io.diptych.projection.internal;

import io.diptych.message.LogRecord;
import io.diptych.message.MessageCodec;
import io.diptych.message.internal.Backoff;
import io.diptych.message.internal.Crowd;
import io.diptych.message.internal.LogException;
import io.diptych.message.internal.OwnershipListener;
import io.diptych.projection.ProjectionObserver;
import io.diptych.projection.ProjectionStatus;
import io.diptych.projection.ReadModel;
import io.diptych.projection.Windows;
import io.diptych.projection.internal.RowStore.Chores;
import io.diptych.projection.internal.RowStore.Move;
import io.diptych.projection.internal.RowStore.PositionMovedException;
import io.diptych.projection.internal.RowStore.RowRefusedException;
import io.diptych.projection.internal.RowStore.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one generation of a read model current for the partitions it owns: poll, fold, one transaction of rows and
 * positions, again. Run by one thread, one {@link #step} after the other.
 *
 * <p>A batch is what has come: a single event when nothing waits, thousands when the worker is behind. Where to
 * go on is only what the store says, so a batch is applied once whatever becomes of this worker. An event that cannot
 * be applied is parked with all later ones of its row, and everything else goes on.
 */
public final class ProjectionWorker<E, R> implements OwnershipListener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ProjectionWorker.class);

    /** Events of a batch that is worth another thread: reading them takes as long as starting it many times over. */
    private static final int OVERLAPPED = 1000;

    private final ReadModel<E, R> readModel;
    private final int generation;
    private final MessageCodec<E> events;
    private final int attempts;
    private final EventFeed feed;
    private final RowStore<R> store;
    private final InstantSource clock;
    private final ProjectionObserver observer;
    private final Positions positions;
    private final Crowd crowd = new Crowd();
    private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2));
    private final LetterLog letterLog;
    private final @Nullable WindowKeeping<R> windows;
    private final int overlapped;
    private final Overlap<List<NewLetter>> overlap;
    private @Nullable Applying applying;
    private boolean joined;
    private volatile ProjectionStatus status;

    /** A batch that the store has been given; the worker's positions are those after it. */
    private record Applying(List<LogRecord> records, Map<Integer, Move> moves, long begun) {}

    /**
     * A worker that owns nothing yet.
     *
     * @param attempts how often an event is tried before its key is parked
     */
    public ProjectionWorker(
            ReadModel<E, R> readModel,
            int generation,
            MessageCodec<E> events,
            int attempts,
            EventFeed feed,
            RowStore<R> store,
            InstantSource clock,
            ProjectionObserver observer) {
        this(readModel, generation, events, attempts, feed, store, clock, observer, OVERLAPPED);
    }

    ProjectionWorker(
            ReadModel<E, R> readModel,
            int generation,
            MessageCodec<E> events,
            int attempts,
            EventFeed feed,
            RowStore<R> store,
            InstantSource clock,
            ProjectionObserver observer,
            int overlapped) {
        this.overlapped = overlapped;
        this.readModel = readModel;
        this.generation = generation;
        this.events = events;
        this.attempts = attempts;
        this.feed = feed;
        this.positions = new Positions(feed);
        this.store = store;
        this.clock = clock;
        this.observer = observer;
        this.letterLog = new LetterLog(readModel.name(), observer);
        Windows ofTime = readModel.windows();
        this.windows = ofTime == null ? null : new WindowKeeping<>(ofTime, feed, store, clock);
        this.overlap = new Overlap<>("applying-" + readModel.name() + "-g" + generation);
        this.status = new ProjectionStatus(
                readModel.name(), generation, ProjectionStatus.State.WAITING, "starting", clock.instant(), Map.of());
    }

    /** How it is doing; for any thread. */
    public ProjectionStatus status() {
        return status;
    }

    /** One round: takes what the feed has, waiting at most {@code maxWait} for it, and applies it. */
    public void step(Duration maxWait) {
        try {
            positions.locate(store);
            List<LogRecord> events = ahead(gather(maxWait));
            int most = readModel.batching().maxEvents();
            for (int from = 0; from < events.size(); from += most) {
                int to = Math.min(events.size(), from + most);
                apply(events.subList(from, to), to == events.size());
            }
            if (applying == null || events.isEmpty()) {
                finish();
                passOver();
                doChores();
            }
            backoff.reset();
            reportProgress();
        } catch (PositionMovedException e) {
            LOG.warn("{}: {}: going on from where the table is", readModel.name(), e.getMessage());
            positions.forget();
        } catch (StoreUnavailableException | LogException e) {
            LOG.warn("{}: {}: trying again in {}", readModel.name(), e.getMessage(), backoff);
            waitFor(ProjectionStatus.State.WAITING, e.getMessage());
        } catch (RowRefusedException e) {
            LOG.error("{}: no event can be parked for this: trying again in {}", readModel.name(), backoff, e);
            waitFor(ProjectionStatus.State.STALLED, e.getMessage());
        } catch (RuntimeException | Error e) {
            LOG.error("{}: a defect: trying again in {}", readModel.name(), backoff, e);
            waitFor(ProjectionStatus.State.STALLED, e.toString());
        }
    }

    @Override
    public void assigned(Collection<Integer> partitions) {
        joined = true;
        positions.assigned(partitions);
        if (windows != null) {
            windows.assigned(partitions);
        }
    }

    @Override
    public void revoked(Collection<Integer> partitions) {
        overlap.awaitEnd(); // The next owner goes on from there.
        positions.revoked(partitions);
        if (windows != null) {
            windows.revoked(partitions);
        }
    }

    @Override
    public void close() {
        abandon();
        feed.close();
        report(ProjectionStatus.State.STOPPED, null);
    }

    /** What the feed has; when events may wait for others or come in crowds, with those that come in that time. */
    private List<LogRecord> gather(Duration maxWait) {
        List<LogRecord> first = feed.poll(applying == null ? maxWait : Duration.ZERO, this);
        if (first.isEmpty()) {
            return first;
        }
        Duration maxDelay = longer(readModel.batching().maxDelay(), crowd.patience(first.size()));
        var all = new ArrayList<>(first);
        long deadline = System.nanoTime() + maxDelay.toNanos();
        long left = maxDelay.toNanos();
        while (left > 0 && all.size() < readModel.batching().maxEvents()) {
            all.addAll(feed.poll(Duration.ofNanos(left), this));
            left = deadline - System.nanoTime();
        }
        crowd.came(all.size());
        // Partitions that were given away meanwhile are somebody else's.
        all.removeIf(record -> !positions.knows(record));
        return all;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }

    /** Without what is in the rows already, should the feed give it once more: it would be folded twice. */
    private List<LogRecord> ahead(List<LogRecord> records) {
        List<LogRecord> ahead = positions.ahead(records);
        if (ahead.size() == records.size()) {
            return records;
        }
        LOG.warn(
                "{}: {} events came again, in a batch that begins at [partition {}, offset"
                        + " {}]: they are passed over",
                readModel.name(),
                records.size() - ahead.size(),
                records.getFirst().partition(),
                records.getFirst().offset());
        return ahead;
    }

    /**
     * Reads the events, and has the store apply them as soon as it is done with the batch before. A large batch is left
     * to it, so that the next is read meanwhile.
     *
     * @param last no more records have come, so the positions go to where the feed is
     */
    private void apply(List<LogRecord> records, boolean last) {
        long begun = System.nanoTime();
        var fold = new EventFold<>(readModel, events, store::canonical, attempts);
        records.forEach(fold::add);
        finish();
        Map<Integer, Move> moves = positions.moves(records, last);
        var batch = new Applying(records, moves, begun);
        if (windows == null && records.size() >= overlapped) {
            RowStore.Batch<R> rows = fold.batch(moves);
            overlap.begin(() -> store.apply(rows));
            applying = batch;
            positions.moved(moves);
        } else {
            List<NewLetter> letters = windows == null
                    ? store.apply(fold.batch(moves))
                    : windows.apply(fold, moves, List.of(), positions.all());
            positions.moved(moves);
            applied(batch, letters);
        }
    }

    /** Waits until the store is done with the batch that it was given last. */
    private void finish() {
        Applying done = applying;
        if (done != null) {
            applying = null;
            applied(done, overlap.result());
        }
    }

    private void applied(Applying batch, List<NewLetter> letters) {
        positions.applied(batch.records());
        observer.applied(readModel.name(), batch.records().size(), Duration.ofNanos(System.nanoTime() - batch.begun()));
        letterLog.tell(letters);
    }

    /**
     * Moves the positions over what is no event, where no event came with it, so that a position at the end of the log
     * means that all is applied. Rare: an aborted transaction, or the end of a transaction that came by itself.
     */
    private void passOver() {
        Map<Integer, Move> moves = positions.movesOverNothing();
        if (!moves.isEmpty()) {
            store.apply(new RowStore.Batch<>(
                    moves, Set.of(), true, Set::of, stored -> new RowStore.Folded<>(Map.of(), List.of())));
            positions.moved(moves);
        }
    }

    /** What a read model over windows has to do even when no event comes: windows close, and events are admitted. */
    private void doChores() {
        if (windows == null || positions.all().isEmpty()) {
            return;
        }
        Chores chores = windows.due(positions.all());
        if (chores != null) {
            var fold = new EventFold<>(readModel, events, store::canonical, attempts);
            chores.admitted().values().forEach(admitted -> admitted.forEach(fold::add));
            letterLog.tell(
                    windows.apply(fold, Map.of(), List.copyOf(chores.admitted().keySet()), positions.all()));
        }
    }

    /** Stays in the group while Kafka or the database is away; what was read meanwhile is read again. */
    private void waitFor(ProjectionStatus.State state, @Nullable String reason) {
        abandon();
        report(state, reason);
        positions.forget();
        try {
            feed.poll(backoff.next(), this);
        } catch (LogException e) {
            LOG.debug("{}: still away: {}", readModel.name(), e.getMessage());
        }
    }

    /** Waits for what the store may be doing yet; whether it succeeds is then seen by its positions. */
    private void abandon() {
        try {
            finish();
        } catch (RuntimeException | Error e) {
            LOG.warn("{}: the batch before failed as well", readModel.name(), e);
        }
    }

    private void reportProgress() {
        if (joined) {
            report(ProjectionStatus.State.RUNNING, null);
        } else {
            report(ProjectionStatus.State.WAITING, "waits for its share of the partitions");
        }
    }

    private void report(ProjectionStatus.State state, @Nullable String reason) {
        Instant since = status.state() == state ? status.since() : clock.instant();
        Map<Integer, Move> underWay = applying == null ? Map.of() : applying.moves();
        status = new ProjectionStatus(readModel.name(), generation, state, reason, since, positions.status(underWay));
    }
}
