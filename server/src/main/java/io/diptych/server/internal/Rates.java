package io.diptych.server.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/** How fast counters grew over the last ten seconds. Used by one thread. */
final class Rates<K> {

    private static final long NANOS = 10_000_000_000L;

    private final Deque<Sample<K>> samples = new ArrayDeque<>();

    private record Sample<K>(long nanos, Map<K, Long> counts) {}

    void add(long nanos, Map<K, Long> counts) {
        samples.addLast(new Sample<>(nanos, Map.copyOf(counts)));
        while (samples.size() > 2 && nanos - samples.getFirst().nanos() > NANOS) {
            samples.removeFirst();
        }
    }

    /** Of the samples that have the counter; 0 while there are less than two. */
    double perSecond(K key) {
        Sample<K> newest = samples.peekLast();
        Long last = newest == null ? null : newest.counts().get(key);
        if (newest == null || last == null) {
            return 0;
        }
        for (Sample<K> sample : samples) {
            Long first = sample.counts().get(key);
            if (first != null && sample != newest) {
                return Math.max(0, last - first) * 1e9 / (newest.nanos() - sample.nanos());
            }
        }
        return 0;
    }
}
