package io.diptych.bench.load;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Requests at a fixed rate, whatever the answers do. A latency counts from the moment at which its request was meant to be
 * sent: when something stalls, those that had to wait for it count with their waiting, sent or not.
 */
public final class OpenLoop {

    private static final long SLEEP_AHEAD = 60_000;

    private final Histogram histogram = histogram();

    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private final double perSecond;
    private final long count;
    private final long warmUp;
    private volatile long begun;

    /**
     * At that rate, for that long.
     *
     * @param warmUp before it; what is sent then is not counted
     */
    public OpenLoop(double perSecond, Duration warmUp, Duration duration) {
        this.perSecond = perSecond;
        this.warmUp = Math.round(perSecond * warmUp.toNanos() / 1e9);
        this.count = this.warmUp + Math.round(perSecond * duration.toNanos() / 1e9);
    }

    /** For latencies of one microsecond to ten minutes, in microseconds, to three digits. Any thread may write to it. */
    public static Histogram histogram() {
        return new ConcurrentHistogram(1, Duration.ofMinutes(10).toNanos() / 1000, 3);
    }

    /** How many requests there are. */
    public long count() {
        return count;
    }

    /** Sends all of them, each by its number from 0; returns when the last is sent. */
    public void run(LongConsumer send) {
        begun = System.nanoTime();
        for (long i = 0; i < count; i++) {
            awaitTime(intended(i));
            send.accept(i);
            RuntimeException failed = failure.get();
            if (failed != null) {
                throw failed;
            }
        }
    }

    /** The answer to that request came; may be called by any thread. */
    public void answered(long number, long nanoTime) {
        record(histogram, number, nanoTime);
    }

    /** Something else that follows from that request has come; goes into a histogram of its own. */
    public void record(Histogram into, long number, long nanoTime) {
        if (number >= warmUp) {
            into.recordValue(Math.max(1, (nanoTime - intended(number)) / 1000));
        }
    }

    /** Ends the run. */
    public void failed(RuntimeException cause) {
        failure.compareAndSet(null, cause);
    }

    /** Throws what {@link #failed} was told. */
    public void requireNoFailure() {
        RuntimeException failed = failure.get();
        if (failed != null) {
            throw failed;
        }
    }

    /** Of all answers that were counted, in microseconds. */
    public Histogram latencies() {
        return histogram;
    }

    private long intended(long number) {
        return begun + (long) (number * 1e9 / perSecond);
    }

    private static void awaitTime(long time) {
        long left = time - System.nanoTime();
        while (left > 0) {
            // A sleeping thread wakes up late; the last of the time is not slept.
            if (left > SLEEP_AHEAD) {
                LockSupport.parkNanos(left - SLEEP_AHEAD);
            } else {
                Thread.onSpinWait();
            }
            left = time - System.nanoTime();
        }
    }
}
