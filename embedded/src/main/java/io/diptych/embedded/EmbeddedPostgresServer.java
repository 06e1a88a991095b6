package io.diptych.embedded;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One PostgreSQL server on loopback, durable as PostgreSQL is by default. Its data stay in a folder and are used again
 * by the next start, also after a crash of this JVM.
 */
public final class EmbeddedPostgresServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgresServer.class);
    private static final String USER = "postgres";
    private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);
    private static final Duration STOPS_WITHIN = Duration.ofSeconds(10);

    private final EmbeddedPostgres server;

    private EmbeddedPostgresServer(EmbeddedPostgres server) {
        this.server = server;
    }

    /**
     * Starts a server; returns when it can be used, after about 2 seconds.
     *
     * @param dataDir made when it does not exist
     * @param port 0 for a free one
     * @throws EmbeddedException when the port is in use or the folder cannot be used
     */
    public static EmbeddedPostgresServer start(Path dataDir, int port) {
        stopOrphan(dataDir);
        int actualPort = Ports.require(port, "PostgreSQL");
        try {
            Files.createDirectories(dataDir);
            return new EmbeddedPostgresServer(EmbeddedPostgres.builder()
                    .setDataDirectory(dataDir.toAbsolutePath())
                    .setCleanDataDirectory(false)
                    .setPort(actualPort)
                    .setPGStartupWait(STARTS_WITHIN)
                    .setServerConfig("fsync", "on")
                    .setServerConfig("full_page_writes", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setServerConfig("listen_addresses", "127.0.0.1")
                    .setServerConfig("max_connections", "100")
                    .setRegisterShutdownHook(false)
                    .start());
        } catch (IOException | RuntimeException e) {
            throw new EmbeddedException(
                    "PostgreSQL cannot start on port [" + actualPort + "] with its data in [" + dataDir + "]: "
                            + e.getMessage() + ": see that the folder can be written to and has room, or name another",
                    e);
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

    /** Stops the server; its data stay. */
    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new EmbeddedException("PostgreSQL did not stop: " + e.getMessage(), e);
        }
    }

    /** A server outlives a JVM that was killed, and still holds the folder: ends it, and nothing else. */
    private static void stopOrphan(Path dataDir) {
        Path pidFile = dataDir.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        try {
            List<String> lines = Files.readAllLines(pidFile);
            if (lines.size() < 2 || !Files.isSameFile(Path.of(lines.get(1)), dataDir)) {
                return;
            }
            ProcessHandle process =
                    ProcessHandle.of(Long.parseLong(lines.getFirst().strip())).orElse(null);
            if (process == null || !isPostgres(process)) {
                return;
            }
            LOG.info("Stopping the PostgreSQL (process {}) that an earlier run left in [{}]", process.pid(), dataDir);
            stop(process);
        } catch (IOException | NumberFormatException e) {
            LOG.warn("Cannot tell from [{}] whether a PostgreSQL is left over: {}", pidFile, e.getMessage());
        }
    }

    private static boolean isPostgres(ProcessHandle process) {
        return process.info().command().map(Path::of).map(Path::getFileName).stream()
                .anyMatch(name -> name.toString().equals("postgres"));
    }

    private static void stop(ProcessHandle process) {
        CompletableFuture<ProcessHandle> exit = process.onExit();
        process.destroy();
        try {
            exit.get(STOPS_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            process.destroyForcibly();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
