package io.diptych.cli.internal;

import io.diptych.ConfigurationException;
import io.diptych.embedded.EmbeddedPostgresServer;
import java.io.IOException;
import java.io.Reader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * The folder that holds all data of a demo. A marker file tells it from any other folder, so that nothing else is ever
 * deleted or written into; a lock keeps a second demo out of it.
 */
final class DemoFolder implements AutoCloseable {

    private static final String MARKER = "diptych.properties";
    private static final String LOCK = "lock";

    private final Path path;
    private final FileChannel lockFile;

    private DemoFolder(Path path, FileChannel lockFile) {
        this.path = path;
        this.lockFile = lockFile;
    }

    /**
     * Takes the folder, making it when it does not exist.
     *
     * @param fresh whether to delete what an earlier demo left in it
     * @throws ConfigurationException when it cannot be used, is not one of ours or is another app's, or is in use
     */
    static DemoFolder open(Path path, String app, boolean fresh) {
        try {
            requireOurs(path, app);
            Files.createDirectories(path);
            FileChannel lockFile = lock(path);
            var folder = new DemoFolder(path.toRealPath(), lockFile);
            try {
                if (fresh) {
                    folder.clear();
                }
                Files.writeString(
                        path.resolve(MARKER),
                        "# The data of a Diptych demo. Delete the folder to be rid of it.\napp=" + app + "\n");
                return folder;
            } catch (IOException | RuntimeException e) {
                folder.close();
                throw e;
            }
        } catch (IOException e) {
            throw new ConfigurationException("The data folder [" + path + "] cannot be used (" + reason(e)
                    + "): choose another with --data-dir");
        }
    }

    Path path() {
        return path;
    }

    Path kafka() {
        return path.resolve("kafka");
    }

    Path postgres() {
        return path.resolve("postgres");
    }

    /** For aggregates between restarts. */
    Path state() {
        return path.resolve("state");
    }

    Path log() {
        return path.resolve("diptych.log");
    }

    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void requireOurs(Path path, String app) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Path marker = path.resolve(MARKER);
        if (!Files.isRegularFile(marker)) {
            try (Stream<Path> entries = Files.list(path)) {
                if (entries.anyMatch(entry -> !entry.endsWith(LOCK))) {
                    throw new ConfigurationException("The folder [" + path
                            + "] holds something that is not Diptych's: choose another with --data-dir");
                }
            }
            return;
        }
        var properties = new Properties();
        try (Reader reader = Files.newBufferedReader(marker)) {
            properties.load(reader);
        }
        String owner = properties.getProperty("app", "");
        if (!owner.equals(app)) {
            throw new ConfigurationException("The folder [" + path + "] holds the data of the app [" + owner
                    + "], not of [" + app + "]: choose another with --data-dir");
        }
    }

    private static FileChannel lock(Path path) throws IOException {
        Path file = path.resolve(LOCK);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (!isTaken(channel)) {
            channel.truncate(0);
            channel.write(StandardCharsets.UTF_8.encode(
                    Long.toString(ProcessHandle.current().pid())));
            return channel;
        }
        channel.close();
        throw new ConfigurationException("Another demo uses the folder [" + path + "] (process "
                + Files.readString(file) + "): stop that one, or choose another folder with --data-dir");
    }

    private static boolean isTaken(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock == null;
        } catch (OverlappingFileLockException e) {
            return true;
        }
    }

    /** Deletes everything but the lock and the marker; links are deleted, not followed. */
    private void clear() throws IOException {
        EmbeddedPostgresServer.stopLeftOver(postgres());
        try (Stream<Path> found = Files.walk(path)) {
            List<Path> deepestFirst = found.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                if (!file.equals(path) && !file.equals(path.resolve(LOCK)) && !file.equals(path.resolve(MARKER))) {
                    Files.delete(file);
                }
            }
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "no permission for " + denied.getFile();
            case NotDirectoryException file -> file.getFile() + " is a file";
            case FileAlreadyExistsException file -> file.getFile() + " is a file";
            case NoSuchFileException missing -> missing.getFile() + " cannot be made";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            default -> e.toString();
        };
    }
}
