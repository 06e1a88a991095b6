package io.diptych.bench.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Callers in a closed loop: each waits for its answer before it calls again. */
public final class Callers {

    /** How many there are. */
    public static final int COUNT = 64;

    private Callers() {}

    /** One caller's next call; the caller is a number from 0. */
    public interface Call {
        /** Calls, and returns when it has been answered rightly. */
        void once(int caller) throws InterruptedException;
    }

    /** What they did: calls, within seconds, each with its latency in microseconds. */
    public record Outcome(long calls, double seconds, Histogram latencies) {

        /** Calls per second of all callers together. */
        public double perSecond() {
            return calls / seconds;
        }
    }

    /** Has all of them call for that long; every call that was begun is waited for. */
    public static Outcome run(Duration duration, Call call) throws InterruptedException {
        Histogram latencies = OpenLoop.histogram();
        var calls = new AtomicLong();
        var failure = new AtomicReference<@Nullable Throwable>();
        long begun = System.nanoTime();
        long until = begun + duration.toNanos();
        BooleanSupplier goesOn = () -> System.nanoTime() < until && failure.get() == null;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            int caller = i;
            threads.add(Thread.ofVirtual().name("caller-" + caller).start(() -> {
                try {
                    while (goesOn.getAsBoolean()) {
                        long asked = System.nanoTime();
                        call.once(caller);
                        latencies.recordValue(Math.max(1, (System.nanoTime() - asked) / 1000));
                        calls.incrementAndGet();
                    }
                } catch (RuntimeException | Error | InterruptedException e) {
                    failure.compareAndSet(null, e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        Throwable failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("A caller failed: " + failed.getMessage(), failed);
        }
        return new Outcome(calls.get(), seconds, latencies);
    }
}
