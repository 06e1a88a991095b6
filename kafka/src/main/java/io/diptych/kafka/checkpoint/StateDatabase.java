package io.diptych.kafka.checkpoint;

import io.diptych.command.internal.AggregateStore.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
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

    private final Path folder;
    private final String identity;
    private final Options options;
    private final WriteOptions writing = new WriteOptions();
    private RocksDB rocks;

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
            rocks.write(writing, batch);
        } catch (RocksDBException e) {
            throw new CheckpointException(folder, "written", e);
        }
    }

    /** Where the aggregate's events stand, from that version on. */
    List<Place> places(String id, long fromVersion, int limit) {
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
            rocks.put(DISTRUSTED, new byte[0]);
        } catch (RocksDBException e) {
            throw new CheckpointException(folder, "written", e);
        }
    }

    /** Makes it empty. */
    void clear() throws CheckpointException {
        try {
            rocks.close();
            delete(folder);
            Files.createDirectories(folder);
            rocks = RocksDB.open(options, folder.toString());
        } catch (RocksDBException | IOException e) {
            throw new CheckpointException(folder, "emptied", e);
        }
    }

    @Override
    public void close() {
        rocks.close();
        writing.close();
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
            if (isInUse(e) || !Files.exists(folder.resolve("CURRENT"))) {
                throw e;
            }
            why = "is damaged (" + e.getMessage() + ")";
        }
        Path aside = folder.resolveSibling(folder.getFileName() + ".aside");
        LOG.warn(
                "The checkpoint in [{}] {}: it is set aside as [{}] and made anew from the events", folder, why, aside);
        delete(aside);
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

    private byte @Nullable [] value(byte[] key) throws CheckpointException {
        try {
            return rocks.get(key);
        } catch (RocksDBException e) {
            throw new CheckpointException(folder, "read", e);
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

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
