package io.diptych.testkit;

import io.diptych.embedded.EmbeddedKafka;
import io.diptych.embedded.EmbeddedPostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka and a PostgreSQL for tests, each started by its first use. They are shared, so a test keeps to itself by
 * names of its own: see {@link #freshName}. Safe for many threads.
 */
public final class Servers implements AutoCloseable {

    private final Path folder;
    private @Nullable EmbeddedKafka kafka;
    private @Nullable EmbeddedPostgresServer postgres;

    Servers() {
        try {
            folder = Files.createTempDirectory("diptych-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The broker. */
    public synchronized EmbeddedKafka kafka() {
        if (kafka == null) {
            kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0);
        }
        return kafka;
    }

    /** The database server. */
    public synchronized EmbeddedPostgresServer postgres() {
        if (postgres == null) {
            postgres = EmbeddedPostgresServer.start(folder.resolve("postgres"), 0);
        }
        return postgres;
    }

    /**
     * A name that no other test has, fit for an app: topics and tables of an app of that name are the test's own.
     *
     * @param prefix lower-case letters, digits, '-' or '_', beginning with a letter
     */
    public String freshName(String prefix) {
        long random = ThreadLocalRandom.current().nextLong(1L << 50);
        return prefix + "_" + Long.toString(random, Character.MAX_RADIX);
    }

    @Override
    public synchronized void close() {
        if (kafka != null) {
            kafka.close();
        }
        if (postgres != null) {
            postgres.close();
        }
        try (Stream<Path> found = Files.walk(folder)) {
            List<Path> deepestFirst = found.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
