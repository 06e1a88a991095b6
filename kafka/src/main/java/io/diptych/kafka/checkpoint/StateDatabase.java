package io.diptych.kafka.checkpoint;

import io.diptych.command.internal.AggregateStore.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The aggregates of one partition in RocksDB: a row per aggregate, a row per event with its offset, and the position
 * that all of them are at, which is written in one batch with them. One thread may read while another writes.
 */
final class StateDatabase implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StateDatabase.class);

    private static final byte STATE = 's';
    private static final byte EVENT = 'e';
    private static final byte[] IDENTITY = {'m', 'i'};
    private static final byte[] POSITION = {'m', 'p'};
    private static final byte[] DISTRUSTED = {'m', 'd'};

    /** Bytes that must be free before a database that was full is opened again. */
    private static final long ROOM = 8L << 20;

    private final Path folder;
    private final String identity;
    private final Options options;
    private final WriteOptions writing = new WriteOptions();

    /** Shared by who reads or writes; held alone by who opens. */
    private final ReadWriteLock opening = new ReentrantReadWriteLock();

    /** Null when it could not be opened again. */
    private @Nullable RocksDB rocks;

    private boolean failed;

    private StateDatabase(Path folder, String identity, Options options) throws RocksDBException, IOException {
        this.folder = folder;
        this.identity = identity;
        this.options = options;
        Files.createDirectories(folder);
        this.rocks = openUsable();
    }

    /**
     * Opens the folder. What is there but damaged, unfinished or of another identity is set aside with a warning.
     *
     * @param identity of what the content was made from and in which form
     */
    static StateDatabase open(Path folder, String identity, Options options) throws CheckpointException {
        try {
            return new StateDatabase(folder, identity, options);
        } catch (RocksDBException | IOException e) {
            throw new CheckpointException(folder, "opened", e);
        }
    }

    /** The offset of the first event that is not in it; null when nothing was kept. */
    @Nullable
    Long position() throws CheckpointException {
        byte[] value = value(POSITION);
        return value == null ? null : ByteBuffer.wrap(value).getLong();
    }

    /** What is kept of the aggregate; null when that is nothing. */
    byte @Nullable [] state(String id) throws CheckpointException {
        return value(stateKey(id));
    }

    /** Writes all of it, or nothing. The position may be left as it is. */
    void write(List<Row> rows, List<Place> places, @Nullable Long position) throws CheckpointException {
        try (var batch = new WriteBatch()) {
            for (Row row : rows) {
                batch.put(stateKey(row.id()), row.state());
            }
            for (Place place : places) {
                batch.put(eventKey(place.id(), place.version()), eightBytes(place.offset()));
            }
            if (position != null) {
                batch.put(IDENTITY, identity.getBytes(StandardCharsets.UTF_8));
                batch.put(POSITION, eightBytes(position));
            }
            writable().write(writing, batch);
        } catch (RocksDBException e) {
            failed = true;
            throw new CheckpointException(folder, "written", e);
        }
    }

    /** Where the aggregate's events stand, from that version on. */
    List<Place> places(String id, long fromVersion, int limit) throws CheckpointException {
        opening.readLock().lock();
        try {
            return places(readable(), id, fromVersion, limit);
        } finally {
            opening.readLock().unlock();
        }
    }

    private static List<Place> places(RocksDB rocks, String id, long fromVersion, int limit) {
        var places = new ArrayList<Place>();
        byte[] first = eventKey(id, fromVersion);
        byte[] prefix = Arrays.copyOf(first, first.length - Long.BYTES);
        try (var reading = new ReadOptions();
                RocksIterator at = rocks.newIterator(reading)) {
            for (at.seek(first); at.isValid() && places.size() < limit; at.next()) {
                byte[] key = at.key();
                if (!Arrays.equals(key, 0, Math.min(key.length, prefix.length), prefix, 0, prefix.length)) {
                    break;
                }
                if (key.length == first.length) { // A longer key belongs to an id that begins like this one.
                    long version =
                            ByteBuffer.wrap(key, prefix.length, Long.BYTES).getLong();
                    places.add(
                            new Place(id, version, ByteBuffer.wrap(at.value()).getLong()));
                }
            }
        }
        return places;
    }

    /** Has the next {@link #open} set it aside: some aggregate could not be made from its events. */
    void distrust() throws CheckpointException {
        try {
            writable().put(DISTRUSTED, new byte[0]);
        } catch (RocksDBException e) {
            failed = true;
            throw new CheckpointException(folder, "written", e);
        }
    }

    /** Makes it empty. */
    void clear() throws CheckpointException {
        opening.writeLock().lock();
        try {
            closeRocks();
            Folders.delete(folder);
            Files.createDirectories(folder);
            rocks = RocksDB.open(options, folder.toString());
            failed = false;
        } catch (RocksDBException | IOException e) {
            throw new CheckpointException(folder, "emptied", e);
        } finally {
            opening.writeLock().unlock();
        }
    }

    @Override
    public void close() {
        closeRocks();
        writing.close();
    }

    private void closeRocks() {
        RocksDB open = rocks;
        rocks = null;
        if (open != null) {
            open.close();
        }
    }

    private RocksDB readable() throws CheckpointException {
        RocksDB open = rocks;
        if (open == null) {
            throw new CheckpointException(folder, "read", new IOException("it could not be opened again"));
        }
        return open;
    }

    /** RocksDB takes nothing more after a write that failed, for want of room as a rule, until it is opened again. */
    private RocksDB writable() throws CheckpointException {
        if (failed) {
            if (folder.toFile().getUsableSpace() < ROOM) {
                throw new CheckpointException(folder, "written", new IOException("No space left on device"));
            }
            openAgain();
        }
        return readable();
    }

    private void openAgain() throws CheckpointException {
        opening.writeLock().lock();
        try {
            byte[] position = readable().get(POSITION);
            closeRocks();
            RocksDB opened = RocksDB.open(options, folder.toString());
            if (!Arrays.equals(position, opened.get(POSITION))) {
                opened.close();
                throw new IOException("its last writes are lost");
            }
            rocks = opened;
            failed = false;
        } catch (RocksDBException | IOException e) {
            throw new CheckpointException(folder, "opened again", e);
        } finally {
            opening.writeLock().unlock();
        }
    }

    private RocksDB openUsable() throws RocksDBException, IOException {
        String why;
        try {
            RocksDB opened = RocksDB.open(options, folder.toString());
            byte[] found = opened.get(IDENTITY);
            boolean distrusted = opened.get(DISTRUSTED) != null;
            boolean same = found != null && identity.equals(new String(found, StandardCharsets.UTF_8));
            if (isEmpty(opened) || same && !distrusted) {
                return opened;
            }
            opened.close();
            why = found == null
                    ? "is unfinished"
                    : distrusted ? "has aggregates that could not be read" : "is of another log or form of the state";
        } catch (RocksDBException e) {
            if (isInUse(e) || isFull(e) || !Files.exists(folder.resolve("CURRENT"))) {
                throw e;
            }
            why = "is damaged (" + e.getMessage() + ")";
        }
        Path aside = folder.resolveSibling(folder.getFileName() + ".aside");
        LOG.warn(
                "The checkpoint in [{}] {}: it is set aside as [{}] and made anew from the events", folder, why, aside);
        Folders.delete(aside);
        Files.move(folder, aside);
        Files.createDirectories(folder);
        return RocksDB.open(options, folder.toString());
    }

    private static boolean isEmpty(RocksDB rocks) {
        try (RocksIterator any = rocks.newIterator()) {
            any.seekToFirst();
            return !any.isValid();
        }
    }

    private static boolean isInUse(RocksDBException e) {
        String message = e.getMessage();
        return message != null && message.contains("lock");
    }

    /** What is there is whole: it could not be added to. */
    private static boolean isFull(RocksDBException e) {
        Status status = e.getStatus();
        return status != null && status.getSubCode() == Status.SubCode.NoSpace;
    }

    private byte @Nullable [] value(byte[] key) throws CheckpointException {
        opening.readLock().lock();
        try {
            return readable().get(key);
        } catch (RocksDBException e) {
            throw new CheckpointException(folder, "read", e);
        } finally {
            opening.readLock().unlock();
        }
    }

    private static byte[] stateKey(String id) {
        byte[] utf8 = id.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + utf8.length).put(STATE).put(utf8).array();
    }

    private static byte[] eventKey(String id, long version) {
        byte[] utf8 = id.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(2 + utf8.length + Long.BYTES)
                .put(EVENT)
                .put(utf8)
                .put((byte) 0)
                .putLong(version)
                .array();
    }

    private static byte[] eightBytes(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }
}
