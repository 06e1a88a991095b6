package io.diptych.projection.internal;

import io.diptych.message.internal.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The partitions that stand still at an event that cannot be applied, and when each is tried again. */
final class StalledPartitions {

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private static final class Stall {
        private long offset = -1;
        private String reason = "";
        private final Backoff backoff = new Backoff(FIRST, LONGEST);
        private @Nullable Instant retryAt;
    }

    private final InstantSource clock;
    private final Map<Integer, Stall> stalls = new TreeMap<>();

    StalledPartitions(InstantSource clock) {
        this.clock = clock;
    }

    /** The partition stands still at that offset; returns when it is tried again. */
    Duration add(int partition, long offset, String reason) {
        Stall stall = stalls.computeIfAbsent(partition, p -> new Stall());
        if (stall.offset != offset) {
            stall.offset = offset;
            stall.backoff.reset();
        }
        stall.reason = reason;
        Duration wait = stall.backoff.next();
        stall.retryAt = clock.instant().plus(wait);
        return wait;
    }

    /** Partitions to be tried now; each is named once per wait. */
    List<Integer> due() {
        Instant now = clock.instant();
        var due = new ArrayList<Integer>();
        stalls.forEach((partition, stall) -> {
            if (stall.retryAt != null && !stall.retryAt.isAfter(now)) {
                stall.retryAt = null;
                due.add(partition);
            }
        });
        return due;
    }

    /** The partition was applied beyond that offset. */
    void passed(int partition, long next) {
        Stall stall = stalls.get(partition);
        if (stall != null && next > stall.offset) {
            stalls.remove(partition);
        }
    }

    void forget(Collection<Integer> partitions) {
        stalls.keySet().removeAll(partitions);
    }

    /** Why partitions stand still, of the first of them; null when none does. */
    @Nullable
    String reason() {
        return stalls.values().stream().map(stall -> stall.reason).findFirst().orElse(null);
    }
}
