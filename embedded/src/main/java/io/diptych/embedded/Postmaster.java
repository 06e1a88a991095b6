package io.diptych.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PostgreSQL process that serves a data folder. It outlives a JVM that is killed, so the next one has to find and
 * end it. The way to it is {@code postmaster.pid}, whose first line is its process id (PostgreSQL manual, section "Database
 * File Layout"); a process is believed to be it only when it is a {@code postgres} started for this very folder.
 */
final class Postmaster {

    private static final Logger LOG = LoggerFactory.getLogger(Postmaster.class);
    private static final Duration STOPS_WITHIN = Duration.ofSeconds(10);
    private static final Duration LOOKS_EVERY = Duration.ofMillis(10);

    private final ProcessHandle process;
    private final Path data;

    private Postmaster(ProcessHandle process, Path data) {
        this.process = process;
        this.data = data;
    }

    /** The process that serves the folder now, if any. */
    static Optional<Postmaster> of(Path data) throws IOException {
        return named(data.resolve("postmaster.pid"))
                .map(process -> new Postmaster(process, data))
                .filter(Postmaster::serves);
    }

    ProcessHandle process() {
        return process;
    }

    /** Ends the server that a killed JVM left in the folder; touches no other process. */
    static void stopLeftOver(Path data) throws IOException {
        Optional<Postmaster> leftOver = of(data);
        if (leftOver.isPresent()) {
            LOG.info("Stopping the PostgreSQL in [{}] that an earlier run left behind", data);
            leftOver.get().stop();
            return;
        }
        // After a crash of the machine the id may belong to another program, and PostgreSQL would refuse to start.
        Path pidFile = data.resolve("postmaster.pid");
        if (named(pidFile).filter(process -> !mayBePostgres(process)).isPresent()) {
            Files.deleteIfExists(pidFile);
        }
    }

    /** Ends the server without waiting for its clients; returns when it is gone, after 20 seconds at most. */
    void stop() throws IOException {
        if (!endsAfter("INT") && !endsAfter("QUIT")) {
            throw new IOException("the PostgreSQL process [" + process.pid() + "] does not stop");
        }
    }

    /** PostgreSQL's signals: INT is the fast shutdown, QUIT the immediate one, after which it recovers at its start. */
    private boolean endsAfter(String signal) throws IOException {
        long deadline = System.nanoTime() + STOPS_WITHIN.toNanos();
        try {
            if (serves()) {
                new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
                        .start()
                        .waitFor();
            }
            while (serves() && System.nanoTime() < deadline) {
                Thread.sleep(LOOKS_EVERY);
            }
            return !serves();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while PostgreSQL stops", e);
        }
    }

    /** False for a process that has ended, also while nobody has collected its exit code: it has no arguments any more. */
    private boolean serves() {
        return process.isAlive()
                && mayBePostgres(process)
                && process.info().arguments().stream().flatMap(Arrays::stream).anyMatch(data.toString()::equals);
    }

    private static Optional<ProcessHandle> named(Path pidFile) throws IOException {
        if (!Files.exists(pidFile)) {
            return Optional.empty();
        }
        List<String> lines = Files.readAllLines(pidFile);
        try {
            return lines.isEmpty()
                    ? Optional.empty()
                    : ProcessHandle.of(Long.parseLong(lines.getFirst().strip())).filter(ProcessHandle::isAlive);
        } catch (NumberFormatException e) {
            throw new IOException(
                    "[" + pidFile + "] does not begin with a process id but with [" + lines.getFirst() + "]");
        }
    }

    private static boolean mayBePostgres(ProcessHandle process) {
        return process.info()
                .command()
                .map(command -> Path.of(command).endsWith("postgres"))
                .orElse(true);
    }
}
