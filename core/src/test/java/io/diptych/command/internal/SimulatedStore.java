package io.diptych.command.internal;

import io.diptych.command.internal.Interference.Point;
import io.diptych.command.internal.SimulatedDisk.Database;
import io.diptych.command.internal.SnapshotProgress.Beginning;
import io.diptych.message.internal.LogException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Holds a partition's aggregates as the real store does: what changed lately in memory, the rest on the disk, and
 * written behind, to the snapshot topic and then to the disk, by another thread, which {@link #flush} is called by.
 */
final class SimulatedStore implements AggregateStore<Integer> {

    /** What a store has from its process. */
    interface Process extends Interference {

        /** Lets another thread of the process go on. */
        void giveWay();

        /** The form of the states that its version of the application has. */
        String form();

        /** Where it publishes; null when it is set not to. */
        @Nullable
        SimulatedSnapshots snapshots();

        /** In the group, as of the last poll. */
        SimulatedGroup.Membership membership();
    }

    /** Events that the snapshots are ahead of the disk, from which on they are read instead. */
    static final long FAR = 12;

    /** Too large to publish. */
    private static final String LARGE = "a-4";

    /** How often who closes the store looks whether the other thread is done with it. */
    private static final int PATIENCE = 3;

    private final int partition;
    private final SimulatedDisk disk;
    private final Process process;
    private final AggregateStateCodec<Integer> codec;

    private boolean writing;
    private @Nullable Database database;
    private SimulatedSnapshots.@Nullable Reader reader;
    private @Nullable SnapshotProgress progress;
    private boolean restored;
    private boolean closed;

    private Map<String, AggregateState<Integer>> changed = new TreeMap<>();
    private Map<String, AggregateState<Integer>> beingWritten = Map.of();
    private List<Place> places = new ArrayList<>();
    private long nextEvent;
    private long written = -1;

    SimulatedStore(int partition, SimulatedDisk disk, Process process) {
        this.partition = partition;
        this.disk = disk;
        this.process = process;
        this.codec = codec(process.form());
    }

    static AggregateStateCodec<Integer> codec(String form) {
        return new AggregateStateCodec<>(new Bank.Balances(form));
    }

    private void lock() {
        while (writing) {
            process.giveWay();
        }
        writing = true;
    }

    @Override
    public Restoring restore(Duration atMost) {
        if (restored) {
            return Restoring.DONE;
        }
        if (process.chance(30)) {
            return Restoring.GOES_ON;
        }
        lock();
        try {
            SimulatedSnapshots snapshots = process.snapshots();
            if (database == null) {
                if (snapshots != null && snapshots.isReading()) {
                    return Restoring.GOES_ON;
                }
                open(snapshots);
            }
            if (reader != null && !reader.isDone()) {
                var part = reader.next();
                database().write(part.rows(), part.places(), null);
                return Restoring.GOES_ON;
            }
            finishReading();
            restored = true;
            return Restoring.DONE;
        } finally {
            writing = false;
        }
    }

    private void open(@Nullable SimulatedSnapshots snapshots) {
        Database opened = disk.open(partition, process.form(), process);
        if (opened == null) {
            throw new LogException("Simulated: the checkpoint is in use", new IllegalStateException());
        }
        try {
            Long local = opened.position();
            SnapshotPosition last = snapshots == null ? null : snapshots.position(process.form(), partition);
            Beginning beginning = SnapshotProgress.beginning(local, last, FAR);
            progress = snapshots == null ? null : new SnapshotProgress(last, beginning);
            if (beginning == Beginning.DISK && local != null) {
                beginAt(local);
                process.reached(last == null ? "begun with the disk alone" : "begun with the disk");
            } else if (beginning == Beginning.SNAPSHOTS && snapshots != null) {
                opened.clear();
                reader = snapshots.reader(process.form(), partition);
            }
            database = opened;
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private void finishReading() {
        if (reader == null) {
            return;
        }
        SnapshotPosition position = reader.position();
        reader.close();
        reader = null;
        if (position == null || !position.complete()) {
            process.reached("snapshots published anew while they were read");
            throw new LogException("Simulated: published anew while read", new IllegalStateException());
        }
        database().write(Map.of(), List.of(), position.nextEvent());
        beginAt(position.nextEvent());
        process.reached("begun with the snapshots");
    }

    private void beginAt(long position) {
        nextEvent = position;
        written = position;
    }

    @Override
    public @Nullable AggregateState<Integer> get(String id) {
        if (database().isDamaged() && !changed.containsKey(id) && process.chance(20)) {
            process.reached("damage found while it is read");
            clear();
            throw new LogException("Simulated: the disk is damaged", new IllegalStateException());
        }
        return known(id);
    }

    /** The same, for the judge. */
    @Nullable
    AggregateState<Integer> known(String id) {
        AggregateState<Integer> recent = changed.getOrDefault(id, beingWritten.get(id));
        byte[] row = recent == null ? database().row(id) : null;
        return row == null ? recent : codec.decode(row);
    }

    @Override
    public void put(Map<String, AggregateState<Integer>> more, List<Place> morePlaces, long position) {
        process.at(Point.APPLY);
        changed.putAll(more);
        places.addAll(morePlaces);
        nextEvent = position;
        process.at(Point.APPLIED);
    }

    @Override
    public long nextEvent() {
        return nextEvent;
    }

    @Override
    public List<Place> events(String id, long fromVersion, int limit) {
        List<Place> recent = places.stream()
                .filter(place -> place.id().equals(id) && place.version() >= fromVersion)
                .toList();
        return Place.together(database().places(id, fromVersion, limit), recent, limit);
    }

    /** Writes what has changed; called by the thread that writes behind. */
    void flush() {
        if (writing) {
            return;
        }
        writing = true;
        try {
            SimulatedGroup.Membership membership = process.membership();
            if (restored && !closed) {
                writeChanges(membership);
            }
            if (closed && database != null) {
                closeDatabase();
                process.reached("closed by the thread that writes behind");
            }
        } finally {
            writing = false;
        }
    }

    private void writeChanges(SimulatedGroup.Membership membership) {
        if (nextEvent == written) {
            return;
        }
        beingWritten = changed;
        changed = new TreeMap<>();
        List<Place> newPlaces = List.copyOf(places);
        long position = nextEvent;
        try {
            write(newPlaces, position, membership);
            beingWritten = Map.of();
            places = new ArrayList<>(places.subList(newPlaces.size(), places.size()));
            written = position;
        } catch (LogException e) {
            beingWritten.forEach(changed::putIfAbsent);
            beingWritten = Map.of();
            process.reached("nothing written behind");
        }
    }

    private void write(List<Place> newPlaces, long position, SimulatedGroup.Membership membership) {
        var rows = new HashMap<String, byte[]>();
        beingWritten.forEach((id, state) -> rows.put(id, codec.encode(state)));
        SimulatedSnapshots snapshots = process.snapshots();
        if (snapshots != null && progress != null) {
            var fitting = new TreeMap<>(rows);
            boolean whole = !process.chance(3) || fitting.remove(LARGE) == null;
            SnapshotPosition after = progress.after(position, whole);
            if (after != null) {
                snapshots.publish(process.form(), partition, fitting, newPlaces, after, membership);
                progress.reached(after);
            }
        }
        process.at(Point.WRITE);
        database().write(rows, newPlaces, position);
        process.at(Point.WRITTEN);
    }

    @Override
    public void clear() {
        lock();
        try {
            database().clear();
            if (progress != null) {
                progress.beginAgain();
            }
        } finally {
            writing = false;
        }
        changed.clear();
        places.clear();
        nextEvent = 0;
        written = -1;
    }

    @Override
    public void close() {
        closed = true;
        for (int i = 0; writing && i < PATIENCE; i++) {
            process.giveWay();
        }
        if (writing) {
            return; // Whoever writes closes it.
        }
        writing = true;
        try {
            if (restored) {
                writeChanges(process.membership());
            }
            closeDatabase();
        } finally {
            writing = false;
        }
    }

    private void closeDatabase() {
        restored = false;
        if (database != null) {
            database.close();
            database = null;
        }
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }

    private Database database() {
        if (database == null) {
            throw new IllegalStateException("The store of partition " + partition + " is not open");
        }
        return database;
    }
}
