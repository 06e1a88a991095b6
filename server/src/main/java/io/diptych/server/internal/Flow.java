package io.diptych.server.internal;

import io.diptych.command.CommandGateway.Place;
import io.diptych.command.CommandGateway.Reply;
import io.diptych.command.CommandGateway.Submission;
import io.diptych.message.Problem;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What this gateway knows of one command's way. Commands pay only for remembering instants and references: words are
 * made when somebody looks ({@link FlowSteps}).
 */
final class Flow {

    /** Enough for the rows a page shows; a caller that polls with one token must not fill the memory. */
    private static final int MAX_QUERIES = 8;

    /** Larger bodies are not kept: 1,000 flows must stay small. */
    private static final int MAX_BODY_BYTES = 4096;

    private final String commandId;
    private final String type;
    private final byte @Nullable [] body;
    private final Instant startedAt = Instant.now();
    private final long startNanos = System.nanoTime();
    private final Runnable changed;
    private final List<Query> queries = new CopyOnWriteArrayList<>();
    private volatile @Nullable Moment<Submission> submitted;
    private volatile @Nullable Moment<Place> stored;
    private volatile @Nullable Moment<Reply> replied;
    private volatile @Nullable Moment<Problem> failed;

    /** Something that became known, and when. */
    record Moment<T>(long nanos, T value) {}

    /** A query that carried the flow's token was answered. */
    record Query(long nanos, String readModel) {}

    Flow(String commandId, String type, byte[] body, Runnable changed) {
        this.commandId = commandId;
        this.type = type;
        this.body = body.length <= MAX_BODY_BYTES ? body : null;
        this.changed = changed;
    }

    /** It was sent at that instant of {@link System#nanoTime}. */
    void submitted(Submission submission, long sentNanos) {
        submitted = new Moment<>(sentNanos, submission);
        onSuccess(submission.stored(), place -> stored = new Moment<>(System.nanoTime(), place));
        onSuccess(submission.reply(), reply -> replied = new Moment<>(System.nanoTime(), reply));
    }

    private <T> void onSuccess(CompletableFuture<T> future, Consumer<T> remember) {
        var unused = future.thenAccept(value -> {
            remember.accept(value);
            changed.run();
        });
    }

    /** The caller got a problem that is not the owner's reply. */
    void failed(Problem problem) {
        if (replied == null) {
            failed = new Moment<>(System.nanoTime(), problem);
        }
        changed.run();
    }

    void queried(String readModel) {
        if (queries.size() < MAX_QUERIES
                && queries.stream().noneMatch(q -> q.readModel().equals(readModel))) {
            queries.add(new Query(System.nanoTime(), readModel));
            changed.run();
        }
    }

    String commandId() {
        return commandId;
    }

    /** The command's type as the caller spelt it. */
    String type() {
        return type;
    }

    byte @Nullable [] body() {
        return body;
    }

    Instant startedAt() {
        return startedAt;
    }

    /** Milliseconds from the start to that instant of {@link System#nanoTime}. */
    double millisTo(long nanos) {
        return Math.max(0, Math.round((nanos - startNanos) / 1e4) / 1e2);
    }

    @Nullable
    Moment<Submission> submitted() {
        return submitted;
    }

    @Nullable
    Moment<Place> stored() {
        return stored;
    }

    @Nullable
    Moment<Reply> replied() {
        return replied;
    }

    @Nullable
    Moment<Problem> failed() {
        return failed;
    }

    List<Query> queries() {
        return queries;
    }
}
