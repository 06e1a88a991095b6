package io.diptych.cli.load;

import io.diptych.cli.client.Answer;
import io.diptych.cli.client.ApiClient;
import io.diptych.cli.client.ApiClient.Call;
import io.diptych.cli.client.ApiClient.Query;
import io.diptych.cli.load.CommandLines.Line;
import io.diptych.cli.load.CommandLines.Parsed;
import io.diptych.cli.load.CommandLines.Unreadable;
import io.diptych.cli.terminal.CliException;
import io.diptych.message.ConsistencyToken;
import io.diptych.message.ProblemException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Sends a file of commands, many at a time, those of one aggregate in the order of the file. Each has an idempotency
 * key made of its line, so that a load can be broken off anywhere and done again: what took effect before has the same
 * answer and no second effect.
 */
public final class BulkLoad {

    private final ApiClient client;
    private final Settings settings;
    private final Persistence persistence;
    private final Tally tally = new Tally();
    private final Map<String, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable CliException> stopped = new AtomicReference<>();

    /**
     * How to load.
     *
     * @param commandType the type of all commands
     * @param readModel where to look for what they led to
     * @param concurrency how many commands are on their way at once
     * @param limit how many lines to read at most
     * @param retryFor how long to go on trying without an answer
     */
    public record Settings(String commandType, String readModel, int concurrency, long limit, Duration retryFor) {}

    /** A load through that client. */
    public BulkLoad(ApiClient client, Settings settings) {
        this.client = client;
        this.settings = settings;
        this.persistence = new Persistence(client.url(), settings.retryFor());
    }

    /** Sends all lines and waits until their outcome is visible. */
    public LoadReport run(CommandLines lines, Progress progress) throws InterruptedException {
        long begun = System.nanoTime();
        try (progress) {
            send(lines, progress);
        }
        long answered = System.nanoTime();
        String notVisible = null;
        Duration visibleAfter = null;
        try {
            if (awaitVisible(tally.furthest())) {
                visibleAfter = Duration.ofNanos(System.nanoTime() - answered);
            }
        } catch (CliException e) {
            notVisible = e.getMessage();
        }
        CliException failure = stopped.get();
        return new LoadReport(
                tally.accepted(),
                tally.rejected(),
                tally.unreadable(),
                tally.firstUnreadable(),
                Duration.ofNanos(answered - begun),
                visibleAfter,
                notVisible,
                failure == null ? null : failure.getMessage());
    }

    private void send(CommandLines lines, Progress progress) throws InterruptedException {
        var permits = new Semaphore(settings.concurrency());
        CliException unreadableFile = null;
        try {
            for (long read = 0; read < settings.limit() && stopped.get() == null; read++) {
                Line line = lines.next();
                if (line == null) {
                    break;
                }
                switch (line) {
                    case Parsed parsed -> {
                        permits.acquire();
                        inTheBackground(parsed, permits, progress);
                    }
                    case Unreadable unreadable -> {
                        tally.unreadable(unreadable);
                        progress.moved();
                    }
                }
            }
        } catch (CliException e) {
            unreadableFile = e;
        }
        permits.acquire(settings.concurrency());
        if (unreadableFile != null) {
            // Only now: set earlier, it would keep lines that were read before from being sent.
            stopped.compareAndSet(null, unreadableFile);
        }
    }

    private void inTheBackground(Parsed line, Semaphore permits, Progress progress) {
        var done = new CompletableFuture<Void>();
        CompletableFuture<Void> before = underWay.put(line.aggregateId(), done);
        Thread.startVirtualThread(() -> {
            try {
                if (before != null) {
                    before.join();
                }
                handle(line);
                progress.moved();
            } catch (CliException e) {
                stopped.compareAndSet(null, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                underWay.remove(line.aggregateId(), done);
                done.complete(null);
                permits.release();
            }
        });
    }

    private void handle(Parsed line) throws InterruptedException {
        if (stopped.get() != null) {
            return;
        }
        var call = new Call(settings.commandType(), line.body(), key(line), null, false);
        Answer answer = persistence.ask(() -> client.send(call));
        if (!answer.isSuccess()) {
            tally.rejected(answer.code());
            return;
        }
        try {
            tally.accepted(ConsistencyToken.parse(answer.json().path("token").asString("")));
        } catch (ProblemException e) {
            throw new CliException(
                    "The answer to line " + line.number() + " has no token: is [" + client.url() + "] Diptych?");
        }
    }

    /** True when what the token stands for is in the read model; false when there is nothing to wait for. */
    private boolean awaitVisible(@Nullable ConsistencyToken token) throws InterruptedException {
        if (token == null) {
            return false;
        }
        var query = new Query(
                settings.readModel(), null, List.of(new ApiClient.Parameter("limit", "1")), token.toString(), 30);
        Answer answer = persistence.ask(() -> client.get(query));
        if (!answer.isSuccess()) {
            throw new CliException(answer.problem());
        }
        return true;
    }

    /** Of the line's number and content: a line that occurs twice in the file is two commands. */
    static String key(Parsed line) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(line.body());
            return "line-" + line.number() + "-" + HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
