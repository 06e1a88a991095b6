package io.diptych.embedded;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * One PostgreSQL server on loopback, durable as PostgreSQL is by default. Its data stay in a folder and are used again
 * by the next start, also after a crash of this JVM.
 */
public final class EmbeddedPostgresServer implements AutoCloseable {

    private static final String USER = "postgres";
    private static final Duration STARTS_WITHIN = Duration.ofSeconds(30);

    private final EmbeddedPostgres server;
    private final DataFolder folder;

    private EmbeddedPostgresServer(EmbeddedPostgres server, DataFolder folder) {
        this.server = server;
        this.folder = folder;
    }

    /**
     * Starts a server; returns when it can be used, after about 3 seconds the first time and half a second later on.
     * A server that a killed JVM left in the folder is ended first.
     *
     * @param dataDir made when it does not exist; the server's output is in its {@code server.log}
     * @param port 0 for a free one
     * @throws EmbeddedException when the port or the folder is in use, or the folder cannot be used
     */
    public static EmbeddedPostgresServer start(Path dataDir, int port) {
        return start(dataDir, port, Map.of());
    }

    /**
     * Starts a server like {@link #start(Path, int)}, with settings of its own.
     *
     * @param settings as in {@code postgresql.conf}, such as {@code shared_buffers} to {@code 1GB}; they win over those that
     *     it would have
     * @throws EmbeddedException as well when the server does not know a setting or its value
     */
    public static EmbeddedPostgresServer start(Path dataDir, int port, Map<String, String> settings) {
        DataFolder folder = DataFolder.claim(dataDir, "PostgreSQL");
        try {
            return new EmbeddedPostgresServer(serve(folder, port, settings), folder);
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    /** Where JDBC finds it. */
    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres";
    }

    /** The user; it needs no password, since only this machine can connect. */
    public String user() {
        return USER;
    }

    /** The port. */
    public int port() {
        return server.getPort();
    }

    /**
     * The server's process, whose children serve the connections.
     *
     * @throws EmbeddedException when it has ended
     */
    public ProcessHandle process() {
        try {
            return Postmaster.of(folder.data())
                    .map(Postmaster::process)
                    .orElseThrow(() -> new EmbeddedException(
                            "No PostgreSQL runs in [" + folder.data() + "] any more: start it again", null));
        } catch (IOException e) {
            throw new EmbeddedException("Cannot tell the process of PostgreSQL in [" + folder.data() + "]", e);
        }
    }

    /** Stops the server without waiting for its clients; its data stay. */
    @Override
    public void close() {
        try {
            Optional<Postmaster> process = Postmaster.of(folder.data());
            server.close();
            // The line above returns before the process is gone, and after 5 seconds in any case.
            if (process.isPresent()) {
                process.get().stop();
            }
        } catch (IOException e) {
            throw new EmbeddedException("PostgreSQL in [" + folder.data() + "] did not stop: " + e.getMessage(), e);
        } finally {
            folder.close();
        }
    }

    /**
     * Ends the server that a killed JVM left in the folder, so that the folder can be deleted; {@link #start} does it by
     * itself.
     *
     * @throws EmbeddedException when it does not end, or when the JVM that started it is alive
     */
    public static void stopLeftOver(Path dataDir) {
        if (Files.exists(dataDir)) {
            try (DataFolder folder = DataFolder.claim(dataDir, "PostgreSQL")) {
                stopLeftOver(folder);
            }
        }
    }

    private static void stopLeftOver(DataFolder folder) {
        try {
            Postmaster.stopLeftOver(folder.data());
        } catch (IOException e) {
            throw new EmbeddedException(
                    "Cannot end the PostgreSQL that an earlier run left in [" + folder.data() + "]: " + e.getMessage()
                            + ": stop it by hand",
                    e);
        }
    }

    private static EmbeddedPostgres serve(DataFolder folder, int port, Map<String, String> settings) {
        stopLeftOver(folder);
        folder.requireRoom();
        int actualPort = Ports.require(port, "PostgreSQL");
        try {
            Files.deleteIfExists(folder.log());
            EmbeddedPostgres.Builder builder = builder(folder).setPort(actualPort);
            settings.forEach(builder::setServerConfig);
            return builder.start();
        } catch (IOException | RuntimeException e) {
            stopAfter(e, folder.data());
            throw new EmbeddedException(
                    "PostgreSQL cannot start on port [" + actualPort + "] with its data in [" + folder.data() + "]: "
                            + e.getMessage() + ": see [" + folder.log() + "] for the reason",
                    e);
        }
    }

    private static EmbeddedPostgres.Builder builder(DataFolder folder) {
        return EmbeddedPostgres.builder()
                .setDataDirectory(folder.data())
                .setCleanDataDirectory(false)
                .setPGStartupWait(STARTS_WITHIN)
                .setRegisterShutdownHook(false)
                .setOutputRedirector(
                        ProcessBuilder.Redirect.appendTo(folder.log().toFile()))
                // Text sorts the same on every machine, whatever its language.
                .setLocaleConfig("locale-provider", "builtin")
                .setLocaleConfig("builtin-locale", "C.UTF-8")
                .setLocaleConfig("locale", "C")
                // Reached from this machine and through TCP only.
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("unix_socket_directories", "")
                // What is committed survives a power cut: PostgreSQL's defaults, which the library turns off.
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "100");
    }

    private static void stopAfter(Exception cause, Path data) {
        try {
            Optional<Postmaster> process = Postmaster.of(data);
            if (process.isPresent()) {
                process.get().stop();
            }
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }
}
