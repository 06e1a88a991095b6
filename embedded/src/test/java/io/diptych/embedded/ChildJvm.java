package io.diptych.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A JVM of its own that can be killed as a crash kills it: {@code kill -9}, by its process id. */
final class ChildJvm implements AutoCloseable {

    private static final String STARTED = "started";

    private final Process process;

    private ChildJvm(Process process) {
        this.process = process;
    }

    /** Runs the class's {@code main}; returns once it has called {@link #started()}. */
    static ChildJvm run(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        var child = new ChildJvm(
                new ProcessBuilder(command).redirectErrorStream(true).start());
        List<String> said = new ArrayList<>();
        assertThat(child.process.inputReader().lines().peek(said::add).anyMatch(STARTED::equals))
                .as("the child JVM says that it started: %s", said)
                .isTrue();
        return child;
    }

    /** Said by the child: it did what it is for, and waits to be killed. */
    static void started() throws InterruptedException {
        System.out.println(STARTED);
        Thread.currentThread().join();
    }

    /** Kills it, and nothing else; returns when it is gone. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
