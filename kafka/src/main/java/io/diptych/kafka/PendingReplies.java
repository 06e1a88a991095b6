package io.diptych.kafka;

import io.diptych.kafka.ReplyReader.Arrived;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Replies that are to come, the eldest first, never more than a fixed number of them and none for longer than a fixed time.
 * Safe for many threads.
 */
final class PendingReplies {

    /** @param expectedAt in nanoseconds of the clock */
    private record Pending(CompletableFuture<Arrived> reply, long expectedAt) {}

    private final int max;
    private final long forgottenAfter;
    private final LongSupplier nanoClock;
    private final Map<String, Pending> replies = new LinkedHashMap<>();

    PendingReplies(int max, Duration forgottenAfter, LongSupplier nanoClock) {
        this.max = max;
        this.forgottenAfter = forgottenAfter.toNanos();
        this.nanoClock = nanoClock;
    }

    /** One more; the eldest fails with a {@link TimeoutException} when there would be too many. */
    CompletableFuture<Arrived> add(String correlationId) {
        var reply = new CompletableFuture<Arrived>();
        Pending eldest = null;
        synchronized (replies) {
            replies.put(correlationId, new Pending(reply, nanoClock.getAsLong()));
            if (replies.size() > max) {
                var entry = replies.entrySet().iterator();
                eldest = entry.next().getValue();
                entry.remove();
            }
        }
        if (eldest != null) {
            forget(eldest, "More than " + max + " replies are outstanding");
        }
        return reply;
    }

    /**
     * Those that did not come in time fail with a {@link TimeoutException}. To be called now and then: a timer for each
     * would wake a thread for each.
     */
    void forgetOverdue() {
        var overdue = new ArrayList<Pending>();
        synchronized (replies) {
            long now = nanoClock.getAsLong();
            var eldest = replies.values().iterator();
            while (eldest.hasNext()) {
                Pending pending = eldest.next();
                if (now - pending.expectedAt() < forgottenAfter) {
                    break; // So are all after it.
                }
                eldest.remove();
                overdue.add(pending);
            }
        }
        overdue.forEach(pending -> forget(pending, "There was no reply in time"));
    }

    private static void forget(Pending pending, String why) {
        pending.reply().completeExceptionally(new TimeoutException(why));
    }

    @Nullable
    CompletableFuture<Arrived> get(String correlationId) {
        synchronized (replies) {
            Pending pending = replies.get(correlationId);
            return pending == null ? null : pending.reply();
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
        List<Pending> all;
        synchronized (replies) {
            all = List.copyOf(replies.values());
        }
        all.forEach(pending -> pending.reply().cancel(false));
    }
}
