package io.diptych.projection.internal;

import io.diptych.message.LogRecord;
import io.diptych.message.MessageCodec;
import io.diptych.message.internal.Backoff;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

    private final ReadModel<E, R> readModel;
    private final int generation;
    private final MessageCodec<E> events;
    private final int attempts;
    private final EventFeed feed;
    private final RowStore<R> store;
    private final InstantSource clock;
    private final ProjectionObserver observer;
    private final Set<Integer> owned = new HashSet<>();
    private final Map<Integer, Long> positions = new HashMap<>();
    private final Map<Integer, Long> applied = new HashMap<>();
    private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2));
    private final LetterLog letterLog;
    private final @Nullable WindowKeeping<R> windows;
    private boolean joined;
    private volatile ProjectionStatus status;

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
        this.readModel = readModel;
        this.generation = generation;
        this.events = events;
        this.attempts = attempts;
        this.feed = feed;
        this.store = store;
        this.clock = clock;
        this.observer = observer;
        this.letterLog = new LetterLog(readModel.name(), observer);
        Windows ofTime = readModel.windows();
        this.windows = ofTime == null ? null : new WindowKeeping<>(ofTime, feed, store, clock);
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
            locate();
            List<LogRecord> events = ahead(gather(maxWait));
            int most = readModel.batching().maxEvents();
            for (int from = 0; from < events.size(); from += most) {
                int to = Math.min(events.size(), from + most);
                apply(events.subList(from, to), to == events.size());
            }
            passOver();
            doChores();
            backoff.reset();
            reportProgress();
        } catch (PositionMovedException e) {
            LOG.warn("{}: {}: going on from where the table is", readModel.name(), e.getMessage());
            positions.clear();
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
        owned.addAll(partitions);
        if (windows != null) {
            windows.assigned(partitions);
        }
    }

    @Override
    public void revoked(Collection<Integer> partitions) {
        owned.removeAll(partitions);
        positions.keySet().removeAll(partitions);
        if (windows != null) {
            windows.revoked(partitions);
        }
    }

    @Override
    public void close() {
        feed.close();
        report(ProjectionStatus.State.STOPPED, null);
    }

    /** Asks the store where to go on for partitions that are owned but not read yet. */
    private void locate() {
        Set<Integer> unknown = new HashSet<>(owned);
        unknown.removeAll(positions.keySet());
        if (unknown.isEmpty()) {
            return;
        }
        store.positions(unknown).forEach((partition, offset) -> {
            positions.put(partition, offset);
            feed.seek(partition, offset);
            feed.resume(partition);
        });
    }

    /** What the feed has; when events may wait for others, with those that come in that time. */
    private List<LogRecord> gather(Duration maxWait) {
        List<LogRecord> first = feed.poll(maxWait, this);
        Duration maxDelay = readModel.batching().maxDelay();
        if (first.isEmpty() || maxDelay.isZero()) {
            return first;
        }
        var all = new ArrayList<>(first);
        long deadline = System.nanoTime() + maxDelay.toNanos();
        long left = maxDelay.toNanos();
        while (left > 0 && all.size() < readModel.batching().maxEvents()) {
            all.addAll(feed.poll(Duration.ofNanos(left), this));
            left = deadline - System.nanoTime();
        }
        // Partitions that were given away meanwhile are somebody else's.
        all.removeIf(record -> !positions.containsKey(record.partition()));
        return all;
    }

    /** Without what is in the rows already, should the feed give it once more: it would be folded twice. */
    private List<LogRecord> ahead(List<LogRecord> records) {
        if (records.stream().allMatch(this::isAhead)) {
            return records;
        }
        List<LogRecord> ahead = records.stream().filter(this::isAhead).toList();
        LOG.warn(
                "{}: {} events came again that are in the rows already, in a batch that begins at [partition {}, offset"
                        + " {}]: they are passed over",
                readModel.name(),
                records.size() - ahead.size(),
                records.getFirst().partition(),
                records.getFirst().offset());
        return ahead;
    }

    private boolean isAhead(LogRecord record) {
        return record.offset() >= positions.getOrDefault(record.partition(), 0L);
    }

    /** @param last no more records have come, so the positions go to where the feed is */
    private void apply(List<LogRecord> records, boolean last) {
        long begun = System.nanoTime();
        Map<Integer, Move> moves = moves(records);
        if (last) {
            moves.replaceAll((partition, move) -> new Move(move.from(), Math.max(move.to(), feed.next(partition))));
        }
        var fold = new EventFold<>(readModel, events, store::canonical, attempts);
        records.forEach(fold::add);
        List<NewLetter> letters =
                windows == null ? store.apply(fold.batch(moves)) : windows.apply(fold, moves, List.of(), positions);
        moves.forEach((partition, move) -> positions.put(partition, move.to()));
        records.forEach(record -> applied.merge(record.partition(), 1L, Long::sum));
        observer.applied(readModel.name(), records.size(), Duration.ofNanos(System.nanoTime() - begun));
        letterLog.tell(letters);
    }

    /**
     * Moves the positions over what is no event, where no event came with it, so that a position at the end of the log
     * means that all is applied. Rare: an aborted transaction, or the end of a transaction that came by itself.
     */
    private void passOver() {
        Map<Integer, Move> moves = new TreeMap<>();
        positions.forEach((partition, position) -> {
            if (feed.next(partition) > position) {
                moves.put(partition, new Move(position, feed.next(partition)));
            }
        });
        if (!moves.isEmpty()) {
            store.apply(new RowStore.Batch<>(
                    moves, Set.of(), true, Set::of, stored -> new RowStore.Folded<>(Map.of(), List.of())));
            moves.forEach((partition, move) -> positions.put(partition, move.to()));
        }
    }

    /** What a read model over windows has to do even when no event comes: windows close, and events are admitted. */
    private void doChores() {
        if (windows == null || positions.isEmpty()) {
            return;
        }
        Chores chores = windows.due(positions);
        if (chores != null) {
            var fold = new EventFold<>(readModel, events, store::canonical, attempts);
            chores.admitted().values().forEach(admitted -> admitted.forEach(fold::add));
            letterLog.tell(
                    windows.apply(fold, Map.of(), List.copyOf(chores.admitted().keySet()), positions));
        }
    }

    private Map<Integer, Move> moves(List<LogRecord> records) {
        Map<Integer, Move> moves = new TreeMap<>();
        for (LogRecord record : records) {
            Long from = positions.get(record.partition());
            if (from == null) {
                throw new IllegalStateException("Partition " + record.partition() + " is not owned");
            }
            moves.put(record.partition(), new Move(from, record.offset() + 1));
        }
        return moves;
    }

    /** Stays in the group while Kafka or the database is away; what was read meanwhile is read again. */
    private void waitFor(ProjectionStatus.State state, @Nullable String reason) {
        report(state, reason);
        positions.clear();
        try {
            owned.forEach(feed::pause);
            feed.poll(backoff.next(), this);
        } catch (LogException e) {
            LOG.debug("{}: still away: {}", readModel.name(), e.getMessage());
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
        var partitions = new TreeMap<Integer, ProjectionStatus.Partition>();
        for (int partition : owned) {
            Long position = positions.get(partition);
            partitions.put(
                    partition,
                    new ProjectionStatus.Partition(
                            position == null ? 0 : position,
                            position == null ? -1 : feed.behind(partition),
                            applied.getOrDefault(partition, 0L)));
        }
        status = new ProjectionStatus(readModel.name(), generation, state, reason, since, partitions);
    }
}
