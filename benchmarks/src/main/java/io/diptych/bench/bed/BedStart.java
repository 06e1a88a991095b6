package io.diptych.bench.bed;

import io.diptych.embedded.EmbeddedPostgresServer;
import io.diptych.kafka.checkpoint.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.utils.AppInfoParser;
import org.jspecify.annotations.Nullable;

/** Starts the bed and clears it away at the end, also when the bench is stopped by its user. */
public final class BedStart implements AutoCloseable {

    private static final int HEAP_MEGABYTES = 1024;
    private static final long GIB = 1L << 30;

    /**
     * For whoever is measured alike. PostgreSQL's documentation takes a quarter of the memory for a reasonable start, and
     * its default of 128 MB for that of a small machine (19.4, Resource Consumption).
     */
    private static final Map<String, String> POSTGRES = Map.of("shared_buffers", "1GB");

    private final Bed bed;
    private final Child broker;
    private final Thread owner = Thread.currentThread();
    private final Thread hook = new Thread(this::stop, "bench-end");
    private boolean keep;

    private BedStart(Bed bed, Child broker) {
        this.bed = bed;
        this.broker = broker;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Starts broker and database.
     *
     * @param parent where the data go; null for the folder for temporary files
     * @param root of the sources, beneath which the rivals are built
     * @param room bytes that must be free
     */
    public static BedStart start(@Nullable Path parent, Path root, long room) throws IOException, InterruptedException {
        Path dir = folder(parent, room);
        var jvm = new Bed.JvmOptions(HEAP_MEGABYTES);
        Path log = dir.resolve("kafka.log");
        Child broker = Child.start(
                "kafka",
                jvm.command(
                        System.getProperty("java.class.path"),
                        Broker.class.getName(),
                        dir.resolve("kafka").toString()),
                log);
        try {
            EmbeddedPostgresServer postgres = EmbeddedPostgresServer.start(dir.resolve("postgres"), 0, POSTGRES);
            try {
                String kafka = broker.awaitReady(Bed.STARTS_WITHIN).address();
                List<Child> children = new ArrayList<>(List.of(broker));
                return new BedStart(
                        new Bed(dir, kafka, postgres, root.resolve("benchmarks/rivals"), jvm, children), broker);
            } catch (RuntimeException e) {
                postgres.close();
                throw e;
            }
        } catch (RuntimeException e) {
            broker.close();
            throw e;
        }
    }

    private static Path folder(@Nullable Path parent, long room) throws IOException {
        Path dir;
        try {
            dir = parent == null
                    ? Files.createTempDirectory("diptych-bench")
                    : Files.createTempDirectory(Files.createDirectories(parent), "diptych-bench");
        } catch (IOException e) {
            throw new IOException("No folder for the data can be made (" + e + "): name another with --dir", e);
        }
        long free = Files.getFileStore(dir).getUsableSpace();
        if (free < room) {
            Files.delete(dir);
            throw new IOException(String.format(
                    Locale.ROOT,
                    "Only [%.1f GiB] are free where the data go, [%s], and they may take [%.1f GiB]: make room, name another"
                            + " folder with --dir, or measure less with --quick, --rounds or --events",
                    (double) free / GIB,
                    dir.getParent(),
                    (double) room / GIB));
        }
        return dir;
    }

    /** What was started. */
    public Bed bed() {
        return bed;
    }

    /** Leaves data and logs where they are. */
    public void keep() {
        keep = true;
    }

    /** The broker's and all clients' but those that a rival brings. */
    public String kafkaVersion() {
        return AppInfoParser.getVersion();
    }

    /** The server's. */
    public String postgresVersion() throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        bed.postgres().jdbcUrl(), bed.postgres().user(), "");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select current_setting('server_version') || ', fsync '"
                        + " || current_setting('fsync') || ', synchronous_commit '"
                        + " || current_setting('synchronous_commit') || ', shared_buffers '"
                        + " || current_setting('shared_buffers')")) {
            row.next();
            return row.getString(1);
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // The process is being stopped: the hook clears away.
        }
        clear();
    }

    private void stop() {
        owner.interrupt();
        clear();
    }

    private void clear() {
        bed.postgres().close();
        broker.close();
        if (!keep) {
            try {
                Checkpoints.delete(bed.dir());
            } catch (IOException e) {
                System.err.println(
                        "The data in [" + bed.dir() + "] could not be deleted (" + e + "): delete them by hand");
            }
        }
    }
}
