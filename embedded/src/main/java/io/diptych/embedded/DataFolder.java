package io.diptych.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The folder of one server, held by one JVM at a time until it is closed. The operating system gives it back when the
 * JVM ends, however it ends. The server's own files are in {@link #data()}.
 */
final class DataFolder implements AutoCloseable {

    private static final long MIB = 1024 * 1024;
    private static final long LEAST_ROOM = 128 * MIB;

    /** Closing any channel on a file gives up this JVM's lock on it, so a second one must not even be opened. */
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel lock;

    private DataFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /** @throws EmbeddedException when it cannot be written to, or somebody holds it */
    static DataFolder claim(Path folder, String server) {
        try {
            Path real = Files.createDirectories(folder).toRealPath();
            if (!HELD_HERE.add(real)) {
                throw held(folder, server);
            }
            try {
                return new DataFolder(real, lock(real.resolve("lock"), folder, server));
            } catch (IOException | RuntimeException e) {
                HELD_HERE.remove(real);
                throw e;
            }
        } catch (IOException e) {
            throw new EmbeddedException(
                    "The folder [" + folder + "] for the data of " + server + " cannot be written to (" + e
                            + "): make it writable or name another folder",
                    e);
        }
    }

    /** @throws EmbeddedException when a server would soon fill the disk */
    void requireRoom() {
        try {
            long room = Files.getFileStore(folder).getUsableSpace();
            if (room < LEAST_ROOM) {
                throw new EmbeddedException(
                        "Only [" + room / MIB + " MiB] are free for the folder [" + folder + "] and it takes at least ["
                                + LEAST_ROOM / MIB + " MiB]: make room or name another folder",
                        null);
            }
        } catch (IOException e) {
            throw new EmbeddedException("Cannot tell the room for the folder [" + folder + "]: " + e.getMessage(), e);
        }
    }

    /** Where the server keeps its files; made by the server. */
    Path data() {
        return folder.resolve("data");
    }

    /** Where the server's output goes. */
    Path log() {
        return folder.resolve("server.log");
    }

    /** Gives the folder back; doing it again does nothing. */
    @Override
    public void close() {
        if (!lock.isOpen()) {
            return;
        }
        try {
            lock.close();
        } catch (IOException e) {
            throw new EmbeddedException("The folder [" + folder + "] could not be given back: " + e.getMessage(), e);
        } finally {
            HELD_HERE.remove(folder);
        }
    }

    private static FileChannel lock(Path file, Path folder, String server) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock taken = null;
        try {
            taken = channel.tryLock();
        } finally {
            if (taken == null) {
                channel.close();
            }
        }
        if (taken == null) {
            throw held(folder, server);
        }
        return channel;
    }

    private static EmbeddedException held(Path folder, String server) {
        return new EmbeddedException(
                "The folder [" + folder + "] is in use by another " + server
                        + ": stop the program that runs it or name another folder",
                null);
    }
}
