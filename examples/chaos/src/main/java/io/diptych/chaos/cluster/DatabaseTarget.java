package io.diptych.chaos.cluster;

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
import org.slf4j.LoggerFactory;

/** PostgreSQL: a postmaster and a process for each connection. */
final class DatabaseTarget implements Target {

    private final Path folder;
    private volatile EmbeddedPostgresServer server;

    private DatabaseTarget(Path folder, EmbeddedPostgresServer server) {
        this.folder = folder;
        this.server = server;
    }

    static DatabaseTarget start(Path folder) {
        // It would call it an error that a server which was killed cannot be stopped.
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger(EmbeddedPostgres.class).setLevel(Level.OFF);
        }
        return new DatabaseTarget(folder, EmbeddedPostgresServer.start(folder, 0));
    }

    String jdbcUrl() {
        return server.jdbcUrl();
    }

    String user() {
        return server.user();
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
    public void kill() throws IOException, InterruptedException {
        ProcessHandle postmaster = running();
        List<ProcessHandle> children = postmaster.descendants().toList();
        postmaster.destroyForcibly();
        postmaster.onExit().join();
        for (ProcessHandle child : children) {
            child.destroyForcibly();
        }
        server.close();
    }

    @Override
    public void stop() {
        server.close();
    }

    @Override
    public void start() {
        server = EmbeddedPostgresServer.start(folder, server.port());
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
            socket.connect(new InetSocketAddress("127.0.0.1", server.port()), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private ProcessHandle running() throws IOException {
        try {
            return server.process();
        } catch (EmbeddedException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
