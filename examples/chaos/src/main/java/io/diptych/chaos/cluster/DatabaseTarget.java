package io.diptych.chaos.cluster;

import static java.util.Objects.requireNonNull;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import io.diptych.embedded.EmbeddedException;
import io.diptych.embedded.EmbeddedPostgresServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** PostgreSQL: a postmaster and a process for each connection. */
final class DatabaseTarget implements Target {

    private final Path folder;
    private @Nullable EmbeddedPostgresServer server;
    private int port;
    private boolean ended;

    DatabaseTarget(Path folder) {
        this.folder = folder;
        // It would call it an error that a server which was killed cannot be stopped.
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger(EmbeddedPostgres.class).setLevel(Level.OFF);
        }
    }

    String jdbcUrl() {
        return requireNonNull(server).jdbcUrl();
    }

    String user() {
        return requireNonNull(server).user();
    }

    @Override
    public String name() {
        return "postgres";
    }

    @Override
    public Group group() {
        return Group.DATABASE;
    }

    /** The postmaster alone: its children see that it is gone and end by themselves, as after a crash. */
    @Override
    public void kill() throws IOException {
        ProcessHandle postmaster = running();
        List<ProcessHandle> children = postmaster.descendants().toList();
        postmaster.destroyForcibly();
        postmaster.onExit().join();
        for (ProcessHandle child : children) {
            child.destroyForcibly();
        }
        stop();
    }

    @Override
    public synchronized void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    public synchronized void start() throws IOException {
        if (ended) {
            throw new IOException("PostgreSQL is not started again: the run is over");
        }
        EmbeddedPostgresServer started = EmbeddedPostgresServer.start(folder, port);
        port = started.port();
        server = started;
    }

    /** Whatever state it is in, and for good. */
    synchronized void end() {
        ended = true;
        try {
            kill();
        } catch (IOException e) {
            // It is not running: then its folder is all there is to give back.
            stop();
        }
    }

    /** First the postmaster, so that it makes no more children. */
    @Override
    public void freeze() throws IOException, InterruptedException {
        ProcessHandle postmaster = running();
        Signals.send("STOP", List.of(postmaster));
        List<ProcessHandle> children = postmaster.descendants().toList();
        if (!children.isEmpty()) {
            Signals.send("STOP", children);
        }
    }

    @Override
    public void thaw() throws IOException, InterruptedException {
        ProcessHandle postmaster = running();
        var all = new ArrayList<>(postmaster.descendants().toList());
        all.add(postmaster);
        Signals.send("CONT", all);
    }

    @Override
    public boolean up() {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private ProcessHandle running() throws IOException {
        EmbeddedPostgresServer started = server;
        if (started == null) {
            throw new IOException("PostgreSQL was not started");
        }
        try {
            return started.process();
        } catch (EmbeddedException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
