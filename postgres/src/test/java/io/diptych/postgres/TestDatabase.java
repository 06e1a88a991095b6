package io.diptych.postgres;

import io.diptych.embedded.EmbeddedPostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** One PostgreSQL for all tests of this module, started by the first that asks and stopped with the JVM. */
final class TestDatabase {

    private static final EmbeddedPostgresServer SERVER = start();

    private TestDatabase() {}

    static PostgresSettings settings() {
        return settings(SERVER);
    }

    static PostgresSettings settings(EmbeddedPostgresServer server) {
        return PostgresSettings.of(server.jdbcUrl(), server.user(), "not-needed");
    }

    private static EmbeddedPostgresServer start() {
        try {
            Path directory = Files.createTempDirectory("diptych-postgres");
            EmbeddedPostgresServer server = EmbeddedPostgresServer.start(directory.resolve("data"), 0);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                server.close();
                delete(directory);
            }));
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> found = Files.walk(directory)) {
            List<Path> deepestFirst = found.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
