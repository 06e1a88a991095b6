package io.diptych.kafka.checkpoint;

import static java.util.Objects.requireNonNull;

import io.diptych.command.internal.AggregateState;
import io.diptych.command.internal.AggregateStore;
import io.diptych.command.internal.SnapshotPosition;
import io.diptych.command.internal.SnapshotProgress;
import io.diptych.command.internal.SnapshotProgress.Beginning;
import io.diptych.message.internal.LogException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The aggregates of one partition: what changed lately in memory, the rest in a database behind a cache. Changes are
 * written behind the back of the thread that makes them, with the position they are at: to the snapshot topic, then to
 * the database. What a crash loses is read from the events again.
 *
 * <p>One thread uses it; another calls {@link #flush}.
 */
final class CheckpointStore<S> implements AggregateStore<S> {

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointStore.class);

    private static final Duration CLOSING = Duration.ofMillis(1500);

    private final Checkpoints<S> shared;
    private final int partition;
    private final UnwrittenChanges<S> unwritten;

    /** Held by who opens, writes, empties or closes the database. */
    private final ReentrantLock writing = new ReentrantLock();

    private volatile @Nullable StateDatabase database;
    private @Nullable SnapshotReader reader;
    private volatile boolean restored;

    private @Nullable Publication publication;
    private volatile boolean closed;

    CheckpointStore(Checkpoints<S> shared, int partition) {
        this.shared = shared;
        this.partition = partition;
        this.unwritten = new UnwrittenChanges<>(partition);
    }

    @Override
    public Restoring restore(Duration atMost) {
        if (restored) {
            return Restoring.DONE;
        }
        writing.lock();
        try {
            if (database == null) {
                Snapshots published = shared.snapshots();
                if (published != null && published.isReading()) {
                    return Restoring.GOES_ON; // Its turn comes.
                }
                if (published != null && !published.isSettled(partition)) {
                    return Restoring.WAITS;
                }
                open();
            }
            SnapshotReader snapshots = reader;
            if (snapshots != null && !snapshots.isDone()) {
                SnapshotReader.Part part = snapshots.next(atMost);
                database().write(part.rows(), part.places(), null);
                return Restoring.GOES_ON;
            }
            finishReading(snapshots);
            restored = true;
            return Restoring.DONE;
        } catch (CheckpointException e) {
            throw new LogException(String.valueOf(e.getMessage()), e);
        } catch (KafkaException e) {
            throw new LogException(
                    "The snapshots of partition [" + partition + "] cannot be read: " + e.getMessage(), e);
        } finally {
            writing.unlock();
        }
    }

    private void open() throws CheckpointException {
        StateDatabase opened = shared.openDatabase(partition);
        try {
            begin(opened);
            database = opened;
        } catch (CheckpointException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** Chooses what to begin with: this disk, the snapshots when they know much more, or nothing. */
    private void begin(StateDatabase opened) throws CheckpointException {
        Snapshots snapshots = shared.snapshots();
        Long local = opened.position();
        SnapshotPosition last = snapshots == null ? null : snapshots.position(shared.form(), partition);
        var beginning = SnapshotProgress.beginning(local, last, Checkpoints.FAR_BEHIND);
        if (snapshots != null) {
            publication = new Publication(snapshots, shared.form(), partition, new SnapshotProgress(last, beginning));
        }
        if (beginning == Beginning.DISK && local != null) {
            unwritten.beginAt(local);
        } else if (beginning == Beginning.SNAPSHOTS && snapshots != null) {
            opened.clear();
            reader = snapshots.read(shared.form(), partition);
        }
    }

    private void finishReading(@Nullable SnapshotReader snapshots) throws CheckpointException {
        if (snapshots == null) {
            return;
        }
        SnapshotPosition position = snapshots.position();
        snapshots.close();
        reader = null;
        if (position == null || !position.complete()) {
            // Compaction took what stood there before: somebody else publishes, so this node's share has changed.
            throw new LogException(
                    "The snapshots of partition [" + partition + "] were published anew while they were read",
                    new IllegalStateException("position " + position));
        }
        database().write(List.of(), List.of(), position.nextEvent());
        unwritten.beginAt(position.nextEvent());
        LOG.info("Partition [{}] begins with the snapshots as of event [{}]", partition, position.nextEvent());
    }

    @Override
    public @Nullable AggregateState<S> get(String id) {
        AggregateState<S> recent = unwritten.state(id);
        if (recent != null) {
            return recent;
        }
        AggregateState<S> cached = shared.cached(partition, id);
        if (cached != null) {
            return cached;
        }
        try {
            byte[] row = database().state(id);
            if (row == null) {
                return null;
            }
            // Not cached now: it is read to be changed as a rule, and cached when that is written.
            return shared.codec().decode(row);
        } catch (CheckpointException | RuntimeException e) {
            throw unreadable(id, e);
        }
    }

    private LogException unreadable(String id, Exception cause) {
        clear();
        return new LogException(
                "What is kept of [" + id + "] in partition [" + partition + "] cannot be read (" + cause.getMessage()
                        + "): all is read again from the events",
                cause);
    }

    @Override
    public void put(Map<String, AggregateState<S>> more, List<Place> morePlaces, long position) {
        if (unwritten.add(more, morePlaces, position)) {
            shared.flushSoon();
            unwritten.awaitRoom();
        }
    }

    @Override
    public long nextEvent() {
        return unwritten.position();
    }

    @Override
    public List<Place> events(String id, long fromVersion, int limit) {
        // First: what is written meanwhile is in both, not in neither.
        List<Place> recent = unwritten.places(id, fromVersion);
        return Place.together(written(id, fromVersion, limit), recent, limit);
    }

    private List<Place> written(String id, long fromVersion, int limit) {
        try {
            return database().places(id, fromVersion, limit);
        } catch (CheckpointException e) {
            throw unreadable(id, e);
        }
    }

    /** Writes what has changed; for the thread that writes behind. */
    void flush() {
        if (!writing.tryLock()) {
            return; // It is being closed.
        }
        try {
            takeMembership();
            if (restored && !closed) { // In this order: what is published late must not carry a later membership.
                writeChanges();
            }
            if (closed) {
                closeDatabase();
            }
        } finally {
            writing.unlock();
        }
    }

    private void takeMembership() {
        if (publication != null) {
            publication.stillOwned();
        }
    }

    private void writeChanges() {
        UnwrittenChanges.Batch<S> batch = unwritten.take();
        if (batch == null) {
            return;
        }
        try {
            write(batch);
            unwritten.wrote(batch);
        } catch (CheckpointException | RuntimeException e) {
            unwritten.notWritten(batch, e);
        }
    }

    private void write(UnwrittenChanges.Batch<S> batch) throws CheckpointException {
        var rows = new ArrayList<Row>(batch.states().size());
        boolean failed = false;
        for (var entry : batch.states().entrySet()) {
            rows.add(new Row(entry.getKey(), shared.codec().encode(entry.getValue())));
            failed |= entry.getValue().failure() != null;
        }
        if (publication != null) {
            publication.add(rows, batch.places(), batch.position(), !failed);
        }
        if (failed) {
            database().distrust();
        }
        database().write(rows, batch.places(), batch.position());
        for (Row row : rows) {
            AggregateState<S> state = requireNonNull(batch.states().get(row.id()));
            shared.cache(partition, row.id(), shared.codec().stored(state, row.state()), row.state().length);
        }
    }

    @Override
    public void clear() {
        writing.lock();
        try {
            database().clear();
            if (publication != null) {
                publication.beginAgain();
            }
        } catch (CheckpointException e) {
            throw new LogException(String.valueOf(e.getMessage()), e);
        } finally {
            writing.unlock();
        }
        unwritten.clear();
        shared.forget(partition);
    }

    @Override
    public void close() {
        closed = true;
        unwritten.close();
        shared.closed(this);
        try {
            if (writing.tryLock(CLOSING.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    if (restored) {
                        takeMembership();
                        writeChanges();
                    }
                    closeDatabase();
                } finally {
                    writing.unlock();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Under the lock: by the owner, or by a flush that took too long for the owner to wait. */
    private void closeDatabase() {
        StateDatabase open = database;
        database = null;
        restored = false;
        if (open != null) {
            open.close();
        }
        SnapshotReader reading = reader;
        reader = null;
        if (reading != null) {
            reading.close();
        }
        shared.forget(partition);
    }

    private StateDatabase database() {
        if (database == null) {
            throw new IllegalStateException("The store of partition " + partition + " is not open");
        }
        return database;
    }
}
