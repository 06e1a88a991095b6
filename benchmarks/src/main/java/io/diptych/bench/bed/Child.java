package io.diptych.bench.bed;

import io.diptych.bench.subject.Subject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process that is measured, as the bench sees it: see {@link Subject}. It ends with the bench, however that ends. */
public final class Child implements AutoCloseable {

    /** How a node of Diptych says that it is ready; it may have an address. */
    private static final Pattern NODE_READY = Pattern.compile("Diptych is ready after .* at (http\\S+?)/?");

    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(30);
    private static final Duration STOPS_WITHIN = Duration.ofSeconds(15);

    /** What a process said when it was ready. */
    public record Ready(String address, String versions) {}

    private final String name;
    private final Path log;
    private final Process process;
    private final PrintWriter questions;
    private final CompletableFuture<Ready> ready = new CompletableFuture<>();
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final Thread listener;
    private long compileMillis;

    private Child(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
        this.questions = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        this.listener = Thread.ofPlatform().name("output of " + name).daemon().start(this::listen);
    }

    /** Starts it; returns at once. */
    static Child start(String name, List<String> command, Path log) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            return new Child(name, log, process);
        } catch (IOException e) {
            throw new UncheckedIOException("The process [" + name + "] cannot be started", e);
        }
    }

    /** Waits until it can be used. */
    public Ready awaitReady(Duration patience) throws InterruptedException {
        try {
            return ready.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw failure("was not ready after " + patience.toSeconds() + " s");
        } catch (ExecutionException e) {
            throw failure("has ended with exit code " + process.waitFor() + " before it was ready");
        }
    }

    /** Bytes that its JVM has allocated so far. */
    public long allocated() throws InterruptedException {
        return Long.parseLong(ask("allocated", ANSWERS_WITHIN));
    }

    /** Milliseconds that its compilers have worked so far; once it has ended, what it told last. */
    long compileMillis() throws InterruptedException {
        if (process.isAlive()) {
            try {
                compileMillis = Long.parseLong(ask("compiled", ANSWERS_WITHIN));
            } catch (IllegalStateException e) {
                // It may have ended while it was asked.
                if (process.isAlive()) {
                    throw e;
                }
            }
        }
        return compileMillis;
    }

    /** Asks it, and waits for the answer. */
    public synchronized String ask(String question, Duration patience) throws InterruptedException {
        questions.println(question);
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            String answer = answers.poll(100, TimeUnit.MILLISECONDS);
            if (answer == null) {
                requireAlive();
                if (System.nanoTime() > deadline) {
                    throw failure("did not answer [" + question + "] within " + patience.toSeconds() + " s");
                }
            } else if (answer.startsWith("answer ")) {
                return answer.substring("answer ".length());
            } else {
                throw failure("failed on [" + question + "]: " + answer);
            }
        }
    }

    /** Fails when it has ended by itself, as a full heap makes it. */
    public void requireAlive() throws InterruptedException {
        if (!process.isAlive()) {
            throw failure("has ended with exit code " + process.waitFor());
        }
    }

    /** As {@code kill -9} does. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
        listener.join();
    }

    /** Ends it the way it wants to end; by force when that takes too long. */
    @Override
    public void close() {
        questions.close();
        try {
            if (!process.waitFor(STOPS_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
            listener.join();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void listen() {
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
                var file = new PrintWriter(Files.newBufferedWriter(log), true)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                file.println(line);
                hear(line);
            }
        } catch (IOException e) {
            ready.completeExceptionally(e);
        } finally {
            ready.completeExceptionally(new IOException("It ended"));
        }
    }

    private void hear(String line) {
        Matcher node = NODE_READY.matcher(line);
        if (node.matches()) {
            ready.complete(new Ready(node.group(1), ""));
        } else if (line.startsWith(Subject.MARK + "ready ")) {
            String said = line.substring((Subject.MARK + "ready ").length());
            int bar = said.indexOf('|');
            ready.complete(new Ready(said.substring(0, bar), said.substring(bar + 1)));
        } else if (line.startsWith(Subject.MARK)) {
            answers.add(line.substring(Subject.MARK.length()));
        }
    }

    private IllegalStateException failure(String what) {
        return new IllegalStateException("The process [" + name + "] " + what + ": see [" + log + "]\n" + tail());
    }

    private String tail() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
        } catch (IOException e) {
            return "The log cannot be read: " + e;
        }
    }
}
