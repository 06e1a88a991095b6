package io.diptych.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Queries at a fixed rate beside what is measured; each has to be answered. Its latencies can be asked for any span of time. */
public final class QueryProbe implements AutoCloseable {

    private record Answered(long intended, long micros) {}

    private final List<Answered> answers = new ArrayList<>();
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private final Thread thread;
    private volatile boolean ended;

    /** Asks from now on; {@code path} gives the query of each number. */
    public QueryProbe(HttpApi api, int perSecond, LongFunction<String> path) {
        this.thread = Thread.ofPlatform().name("queries").daemon().start(() -> {
            long begun = System.nanoTime();
            try {
                for (long i = 0; !ended; i++) {
                    long intended = begun + i * 1_000_000_000L / perSecond;
                    LockSupport.parkNanos(intended - System.nanoTime());
                    String unused = api.get(path.apply(i), null);
                    add(new Answered(intended, Math.max(1, (System.nanoTime() - intended) / 1000)));
                }
            } catch (RuntimeException e) {
                failure.set(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private synchronized void add(Answered answered) {
        answers.add(answered);
    }

    /** Of the queries that were meant to be sent in that time, by the nano clock. */
    public synchronized double p99Millis(long from, long to) {
        Histogram histogram = OpenLoop.histogram();
        answers.stream()
                .filter(answer -> answer.intended() >= from && answer.intended() <= to)
                .forEach(answer -> histogram.recordValue(answer.micros()));
        return histogram.getValueAtPercentile(99) / 1000.0;
    }

    /** Asks no more; fails when a query was not answered. */
    @Override
    public void close() throws InterruptedException {
        ended = true;
        thread.join();
        RuntimeException failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("A query beside what is measured failed: " + failed.getMessage(), failed);
        }
    }
}
