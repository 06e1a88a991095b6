package io.diptych.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A node that handles the commands of an app, in a process and a heap of its own. */
final class CommandNode implements AutoCloseable {

    private final Process process;
    private final Path log;

    private CommandNode(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts it; returns at once. */
    static CommandNode start(String app, String kafka, Path stateDir, int heapMegabytes, Path log) throws IOException {
        var command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx" + heapMegabytes + "m",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Bench.class.getName(),
                "node",
                app));
        command.addAll(List.of("run", "--roles", "command", "--kafka", kafka, "--node-id", "bench"));
        command.addAll(List.of("--partitions", "4", "--port", "0", "--state-dir", stateDir.toString()));
        Files.createDirectories(stateDir);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        return new CommandNode(process, log);
    }

    /**
     * Waits until it handles commands. A producer that writes to a partition the moment it is made may have its first
     * batch refused and the next taken: then the first never fits in any more.
     */
    void awaitReady() throws InterruptedException {
        while (!tail().contains("Diptych is ready")) {
            requireAlive();
            Thread.sleep(50);
        }
    }

    /** Fails when it has ended by itself, as a full heap makes it. */
    void requireAlive() {
        if (!process.isAlive()) {
            throw new IllegalStateException(
                    "The node has ended with " + process.exitValue() + ": see [" + log + "]\n" + tail());
        }
    }

    /** As {@code kill -9} does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** As {@code kill} does. */
    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }

    private String tail() {
        try (BufferedReader lines = Files.newBufferedReader(log)) {
            List<String> all = lines.lines().toList();
            return String.join("\n", all.subList(Math.max(0, all.size() - 20), all.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
