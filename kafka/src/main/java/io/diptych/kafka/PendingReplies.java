package io.diptych.kafka;

import io.diptych.kafka.ReplyReader.Arrived;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Replies that are to come, the eldest first, and never more than a fixed number of them. Safe for many threads. */
final class PendingReplies {

    private final int max;
    private final Map<String, CompletableFuture<Arrived>> replies = new LinkedHashMap<>();

    PendingReplies(int max) {
        this.max = max;
    }

    /** One more; the eldest fails with a {@link TimeoutException} when there would be too many. */
    CompletableFuture<Arrived> add(String correlationId) {
        var reply = new CompletableFuture<Arrived>();
        CompletableFuture<Arrived> eldest = null;
        synchronized (replies) {
            replies.put(correlationId, reply);
            if (replies.size() > max) {
                var entry = replies.entrySet().iterator();
                eldest = entry.next().getValue();
                entry.remove();
            }
        }
        if (eldest != null) {
            eldest.completeExceptionally(new TimeoutException("More than " + max + " replies are outstanding"));
        }
        return reply;
    }

    @Nullable
    CompletableFuture<Arrived> get(String correlationId) {
        synchronized (replies) {
            return replies.get(correlationId);
        }
    }

    void remove(String correlationId) {
        synchronized (replies) {
            replies.remove(correlationId);
        }
    }

    int size() {
        synchronized (replies) {
            return replies.size();
        }
    }

    /** None of them will come. */
    void cancel() {
        List<CompletableFuture<Arrived>> all;
        synchronized (replies) {
            all = List.copyOf(replies.values());
        }
        all.forEach(reply -> reply.cancel(false));
    }
}
