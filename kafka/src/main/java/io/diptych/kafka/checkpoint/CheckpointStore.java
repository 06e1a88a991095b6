package io.diptych.kafka.checkpoint;

import io.diptych.command.internal.AggregateState;
import io.diptych.command.internal.AggregateStore;
import io.diptych.command.internal.SnapshotPosition;
import io.diptych.command.internal.SnapshotProgress;
import io.diptych.command.internal.SnapshotProgress.Beginning;
import io.diptych.message.internal.LogException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
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

    /** Held by who opens, writes, empties or closes the database. */
    private final ReentrantLock writing = new ReentrantLock();

    private volatile @Nullable StateDatabase database;
    private @Nullable SnapshotReader reader;
    private volatile boolean restored;

    private @Nullable Publication publication;
    private volatile boolean closed;

    /** Guarded by {@code this}, as all below. */
    private Map<String, AggregateState<S>> changed = new HashMap<>();

    private List<Place> places = new ArrayList<>();
    private Map<String, AggregateState<S>> beingWritten = Map.of();
    private long nextEvent;
    private long written = -1;
    private @Nullable String failure;

    CheckpointStore(Checkpoints<S> shared, int partition) {
        this.shared = shared;
        this.partition = partition;
    }

    @Override
    public boolean restore(Duration atMost) {
        if (restored) {
            return true;
        }
        writing.lock();
        try {
            if (database == null) {
                if (shared.snapshots() != null
                        && (shared.snapshots().isReading()
                                || !shared.snapshots().isSettled(partition))) {
                    return false; // Its turn comes.
                }
                open();
            }
            SnapshotReader snapshots = reader;
            if (snapshots != null && !snapshots.isDone()) {
                SnapshotReader.Part part = snapshots.next(atMost);
                database().write(part.rows(), part.places(), null);
                return false;
            }
            finishReading(snapshots);
            restored = true;
            return true;
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
            beginAt(local);
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
            throw new IllegalStateException("The snapshots of partition " + partition + " have lost their position");
        }
        database().write(List.of(), List.of(), position.nextEvent());
        beginAt(position.nextEvent());
        LOG.info("Partition [{}] begins with the snapshots as of event [{}]", partition, position.nextEvent());
    }

    private synchronized void beginAt(long position) {
        nextEvent = position;
        written = position;
    }

    @Override
    public @Nullable AggregateState<S> get(String id) {
        synchronized (this) {
            AggregateState<S> recent = changed.get(id);
            if (recent == null) {
                recent = beingWritten.get(id);
            }
            if (recent != null) {
                return recent;
            }
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
            AggregateState<S> state = shared.codec().decode(row);
            shared.cache(partition, id, state, row.length);
            return state;
        } catch (CheckpointException | RuntimeException e) {
            clear();
            throw new LogException(
                    "What is kept of [" + id + "] in partition [" + partition + "] cannot be read (" + e.getMessage()
                            + "): all is read again from the events",
                    e);
        }
    }

    @Override
    public void put(Map<String, AggregateState<S>> more, List<Place> morePlaces, long position) {
        boolean full;
        synchronized (this) {
            if (isFull() && failure != null) {
                throw new LogException("Nothing more can be taken up: " + failure, new IllegalStateException(failure));
            }
            changed.putAll(more);
            places.addAll(morePlaces);
            nextEvent = position;
            full = changed.size() >= Checkpoints.FLUSH_AT || places.size() >= Checkpoints.FLUSH_AT;
        }
        if (full) {
            shared.flushSoon();
            awaitRoom();
        }
    }

    /** Holds up who changes faster than can be written, so that memory stays bounded. */
    private synchronized void awaitRoom() {
        try {
            while (isFull() && failure == null && !closed) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LogException("Interrupted while a checkpoint is written", e);
        }
    }

    private synchronized boolean isFull() {
        return changed.size() >= Checkpoints.MOST_CHANGED || places.size() >= Checkpoints.MOST_CHANGED;
    }

    @Override
    public synchronized long nextEvent() {
        return nextEvent;
    }

    @Override
    public List<Place> events(String id, long fromVersion, int limit) {
        var found = new ArrayList<>(database().places(id, fromVersion, limit));
        synchronized (this) {
            long next = found.isEmpty() ? fromVersion : found.getLast().version() + 1;
            for (Place place : places) {
                if (found.size() < limit && place.id().equals(id) && place.version() >= next) {
                    found.add(place);
                }
            }
        }
        return found;
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
        List<Place> newPlaces;
        long position;
        synchronized (this) {
            if (nextEvent == written) {
                return;
            }
            beingWritten = changed;
            changed = new HashMap<>();
            newPlaces = List.copyOf(places);
            position = nextEvent;
        }
        try {
            write(beingWritten, newPlaces, position);
            wrote(newPlaces.size(), position);
        } catch (CheckpointException | RuntimeException e) {
            notWritten(e);
        }
    }

    private void write(Map<String, AggregateState<S>> states, List<Place> newPlaces, long position)
            throws CheckpointException {
        var rows = new ArrayList<Row>(states.size());
        boolean failed = false;
        for (var entry : states.entrySet()) {
            rows.add(new Row(entry.getKey(), shared.codec().encode(entry.getValue())));
            failed |= entry.getValue().failure() != null;
        }
        if (publication != null) {
            publication.add(rows, newPlaces, position, !failed);
        }
        if (failed) {
            database().distrust();
        }
        database().write(rows, newPlaces, position);
        for (Row row : rows) {
            shared.cache(partition, row.id(), states.get(row.id()), row.state().length);
        }
    }

    private synchronized void wrote(int placeCount, long position) {
        beingWritten = Map.of();
        places = new ArrayList<>(places.subList(placeCount, places.size()));
        written = position;
        failure = null;
        notifyAll();
    }

    private synchronized void notWritten(Exception cause) {
        beingWritten.forEach(changed::putIfAbsent);
        beingWritten = Map.of();
        String message = String.valueOf(cause.getMessage());
        if (!message.equals(failure)) {
            LOG.info("Partition [{}]: nothing is written behind for now: {}", partition, message);
        }
        failure = message;
        notifyAll();
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
        synchronized (this) {
            changed.clear();
            places.clear();
            nextEvent = 0;
            written = -1;
        }
        shared.forget(partition);
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
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
