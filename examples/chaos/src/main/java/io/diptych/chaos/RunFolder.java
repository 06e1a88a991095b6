package io.diptych.chaos;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** The data and logs of one run; deleted at its end unless they are wanted. */
final class RunFolder implements AutoCloseable {

    private final Path path;
    private boolean keep;

    private RunFolder(Path path, boolean keep) {
        this.path = path;
        this.keep = keep;
    }

    static RunFolder create(boolean keep) throws IOException {
        return new RunFolder(Files.createTempDirectory("diptych-chaos-"), keep);
    }

    Path path() {
        return path;
    }

    void keep() {
        keep = true;
    }

    /** When nobody can be told any more: what cannot be deleted stays. */
    void closeQuietly() {
        try {
            close();
        } catch (IOException e) {
            return;
        }
    }

    @Override
    public void close() throws IOException {
        if (keep) {
            return;
        }
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
