package io.diptych.chaos.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A broker or a node: a JVM of its own. */
final class JvmTarget implements Target {

    private static final long STOPS_WITHIN_SECONDS = 20;

    private final String name;
    private final Group group;
    private final List<String> command;
    private final Path log;
    private final BooleanSupplier up;
    private volatile @Nullable Process process;
    private boolean ended;

    JvmTarget(String name, Group group, List<String> command, Path log, BooleanSupplier up) {
        this.name = name;
        this.group = group;
        this.command = List.copyOf(command);
        this.log = log;
        this.up = up;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Group group() {
        return group;
    }

    @Override
    public synchronized void start() throws IOException {
        if (ended) {
            throw new IOException("[" + name + "] is not started again: the run is over");
        }
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    @Override
    public void kill() throws IOException, InterruptedException {
        requireAlive().destroyForcibly().waitFor();
    }

    @Override
    public void stop() throws IOException, InterruptedException {
        Process running = requireAlive();
        running.destroy();
        if (!running.waitFor(STOPS_WITHIN_SECONDS, TimeUnit.SECONDS)) {
            running.destroyForcibly().waitFor();
        }
    }

    @Override
    public void freeze() throws IOException, InterruptedException {
        Signals.send("STOP", List.of(requireAlive().toHandle()));
    }

    @Override
    public void thaw() throws IOException, InterruptedException {
        Signals.send("CONT", List.of(requireAlive().toHandle()));
    }

    @Override
    public boolean up() {
        Process running = process;
        return running != null && running.isAlive() && up.getAsBoolean();
    }

    /** Whatever state it is in, and for good. */
    synchronized void end() {
        ended = true;
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
        }
    }

    private Process requireAlive() throws IOException {
        Process running = process;
        if (running == null || !running.isAlive()) {
            throw new IOException("[" + name + "] is not running: its output is in [" + log + "]");
        }
        return running;
    }
}
