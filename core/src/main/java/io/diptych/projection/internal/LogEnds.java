package io.diptych.projection.internal;

import io.diptych.message.ConsistencyToken.Point;
import io.diptych.projection.Lag;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the event logs ended at which time, as far back as memory goes, and so how old a position is: as old as the
 * newest time at which the log ended there. One thread asks Kafka and tells; any number ask how old positions are. All
 * times are of one monotonic clock, in nanoseconds.
 */
public final class LogEnds {

    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition sampled = lock.newCondition();
    private final Condition wanted = lock.newCondition();
    private final Map<String, EndHistory[]> aggregates = new HashMap<>();
    private long wantedSince = Long.MIN_VALUE;
    private long askedAt = Long.MIN_VALUE;

    /** Of no log yet, in the time of {@link System#nanoTime}. */
    public LogEnds() {
        this(System::nanoTime);
    }

    LogEnds(LongSupplier clock) {
        this.clock = clock;
    }

    /**
     * The logs ended there.
     *
     * @param asked when the question was put: what was stored before, committed or not, is before these ends
     * @param ends for each aggregate the end of each partition, the next offset; -1 where it is not known
     */
    public void sampled(long asked, Map<String, long[]> ends) {
        lock.lock();
        try {
            ends.forEach((aggregate, partitions) -> {
                EndHistory[] histories = aggregates.computeIfAbsent(aggregate, a -> histories(partitions.length));
                for (int i = 0; i < partitions.length; i++) {
                    if (partitions[i] >= 0) {
                        histories[i].add(partitions[i], asked);
                    }
                }
            });
            askedAt = asked;
            sampled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static EndHistory[] histories(int partitions) {
        var histories = new EndHistory[partitions];
        java.util.Arrays.setAll(histories, i -> new EndHistory());
        return histories;
    }

    /** For the thread that asks Kafka: returns when somebody wants to know anew, and after that time at the latest. */
    public void awaitDemand(Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            long nanos = atMost.toNanos();
            while (nanos > 0 && wantedSince <= askedAt) {
                nanos = wanted.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    /** How far positions are behind; partitions without a position have nothing applied. */
    public Lag lag(String aggregate, Map<Integer, Long> positions) {
        lock.lock();
        try {
            EndHistory[] histories = aggregates.get(aggregate);
            if (histories == null) {
                return Lag.UNKNOWN;
            }
            Lag total = new Lag(0L, Duration.ZERO);
            for (int i = 0; i < histories.length; i++) {
                total = total.plus(lag(histories[i], positions.getOrDefault(i, 0L)));
            }
            return total;
        } finally {
            lock.unlock();
        }
    }

    /** How far one partition is behind at that position. */
    public Lag lag(String aggregate, int partition, long position) {
        lock.lock();
        try {
            EndHistory[] histories = aggregates.get(aggregate);
            return histories == null || partition >= histories.length
                    ? Lag.UNKNOWN
                    : lag(histories[partition], position);
        } finally {
            lock.unlock();
        }
    }

    /** How many partitions the aggregate's events have; 0 while unknown. */
    public int partitions(String aggregate) {
        lock.lock();
        try {
            EndHistory[] histories = aggregates.get(aggregate);
            return histories == null ? 0 : histories.length;
        } finally {
            lock.unlock();
        }
    }

    private Lag lag(EndHistory history, long position) {
        if (history.isEmpty()) {
            return Lag.UNKNOWN;
        }
        long time = history.reached(position);
        return new Lag(
                Math.max(0, history.end() - position),
                time == EndHistory.UNKNOWN ? null : Duration.ofNanos(Math.max(0, clock.getAsLong() - time)));
    }

    /**
     * The last offsets that a reader must have passed to have seen all that was committed at that time. Has Kafka asked
     * when that is not known, and waits for the answer.
     *
     * @param deadline in the same time
     * @return null when it is not known by then
     */
    public @Nullable List<Point> asOf(String aggregate, long time, long deadline) throws InterruptedException {
        lock.lock();
        try {
            List<Point> points = asOf(aggregate, time);
            while (points == null) {
                long left = deadline - clock.getAsLong();
                if (left <= 0) {
                    return null;
                }
                wantedSince = Math.max(wantedSince, time);
                wanted.signal();
                sampled.awaitNanos(left);
                points = asOf(aggregate, time);
            }
            return points;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable List<Point> asOf(String aggregate, long time) {
        EndHistory[] histories = aggregates.get(aggregate);
        if (histories == null) {
            return null;
        }
        var points = new ArrayList<Point>();
        for (int i = 0; i < histories.length; i++) {
            long end = histories[i].endAt(time);
            if (end == EndHistory.UNKNOWN) {
                return null;
            }
            if (end > 0) {
                points.add(new Point(aggregate, i, end - 1));
            }
        }
        return points;
    }
}
