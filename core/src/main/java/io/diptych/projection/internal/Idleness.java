package io.diptych.projection.internal;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * Which of the partitions that a worker owns are idle: read to their end, and without a new event that has a time for
 * long. What it was told before it owned a partition does not count: whoever had it may have been away since.
 */
final class Idleness {

    private final Duration after;
    private final InstantSource clock;
    private final Map<Integer, Instant> lastEvent = new HashMap<>();
    private final Map<Integer, Boolean> told = new HashMap<>();

    Idleness(Duration after, InstantSource clock) {
        this.after = after;
        this.clock = clock;
    }

    void assigned(Collection<Integer> partitions) {
        partitions.forEach(partition -> lastEvent.put(partition, clock.instant()));
    }

    void revoked(Collection<Integer> partitions) {
        lastEvent.keySet().removeAll(partitions);
        told.keySet().removeAll(partitions);
    }

    /** What is to be told: the partitions of which it is not known yet whether they are idle, or it has changed. */
    Map<Integer, Boolean> news(IntPredicate isAtEnd) {
        var news = new TreeMap<Integer, Boolean>();
        Instant before = clock.instant().minus(after);
        lastEvent.forEach((partition, last) -> {
            boolean idle = !last.isAfter(before) && isAtEnd.test(partition);
            if (!Boolean.valueOf(idle).equals(told.get(partition))) {
                news.put(partition, idle);
            }
        });
        return news;
    }

    /** That was told, and of these partitions events came. */
    void told(Map<Integer, Boolean> news, Set<Integer> partitions) {
        told.putAll(news);
        for (int partition : partitions) {
            told.put(partition, false);
            lastEvent.put(partition, clock.instant());
        }
    }
}
