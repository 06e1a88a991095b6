package io.diptych.example.orders.e2e;

import io.diptych.example.orders.OrdersApp;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The order system's command line in a process of its own, as a user runs it. */
final class OrdersProcess implements AutoCloseable {

    private static final Duration STARTS_WITHIN = Duration.ofMinutes(3);

    private final Process process;
    private final List<String> output = new CopyOnWriteArrayList<>();
    private final CompletableFuture<String> ready = new CompletableFuture<>();

    private OrdersProcess(Process process) {
        this.process = process;
        Thread.ofPlatform().daemon().start(this::read);
    }

    /** Starts the command; returns at once. */
    static OrdersProcess start(Map<String, String> environment, List<String> args) throws IOException {
        var command = new ArrayList<String>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        // No process of a test runs for as long as the optimising compiler takes to pay for itself on two cores.
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of("-Xmx700m", "-cp", System.getProperty("java.class.path"), OrdersApp.class.getName()));
        command.addAll(args);
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return new OrdersProcess(builder.start());
    }

    static OrdersProcess start(String... args) throws IOException {
        return start(Map.of(), List.of(args));
    }

    /** Starts the demo on these ports and waits until it is ready. */
    static OrdersProcess demo(Path dataDir, int port, int kafkaPort) throws Exception {
        OrdersProcess demo = start(
                "demo",
                "--port",
                Integer.toString(port),
                "--kafka-port",
                Integer.toString(kafkaPort),
                "--data-dir",
                dataDir.toString());
        return demo.awaitReady(() -> state(dataDir, port));
    }

    /** What the demo says of itself, and the end of its log. */
    private static String state(Path dataDir, int port) {
        try {
            List<String> log = Files.readAllLines(dataDir.resolve("diptych.log"));
            return new Api(url(port)).get("/health/ready").response().body() + "\n"
                    + String.join("\n", log.subList(Math.max(0, log.size() - 100), log.size()));
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return e.toString();
        }
    }

    /** Waits for the line that says so. */
    OrdersProcess awaitReady() {
        return awaitReady(() -> "");
    }

    private OrdersProcess awaitReady(Supplier<String> more) {
        try {
            ready.get(STARTS_WITHIN.toSeconds(), TimeUnit.SECONDS);
            return this;
        } catch (Exception e) {
            String found = more.get();
            process.destroyForcibly();
            throw new AssertionError("The process did not become ready:\n" + text() + "\n" + found, e);
        }
    }

    /** The line that says that it is ready. */
    String readyLine() {
        return ready.join();
    }

    /** Everything it has printed. */
    String text() {
        return String.join("\n", output);
    }

    /** Waits for it to end by itself; returns its exit code. */
    int await(Duration atMost) throws InterruptedException {
        if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("The process did not end within " + atMost + ":\n" + text());
        }
        return process.exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** As {@code kill -9} does. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** As {@code kill} does; returns how long it took to end. */
    Duration stop() throws InterruptedException {
        long begun = System.nanoTime();
        process.destroy();
        await(Duration.ofSeconds(30));
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    @Override
    public void close() throws Exception {
        if (process.isAlive()) {
            stop();
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.add(line);
                if (line.startsWith("Diptych is ready")) {
                    ready.complete(line);
                }
            }
            ready.completeExceptionally(new IOException("It ended"));
        } catch (IOException e) {
            // Its output ends in the middle when it is killed.
            ready.completeExceptionally(e);
        }
    }

    /** Where a node on that port answers. */
    static URI url(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }
}
