package io.diptych.bench.load;

import io.diptych.bench.load.OrderCallers.Answered;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Watches how far a read model is behind: takes the order that was answered last, waits until the table shows it, takes the
 * next. Looks at the table itself, so that it is the same for all who are measured.
 */
public final class LagProbe implements AutoCloseable {

    private static final long LOOKS_EVERY_MILLIS = 5;

    private final OrderTable table;
    private final Supplier<@Nullable Answered> latest;
    private final Thread thread;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private volatile boolean ended;
    private volatile long worst;
    private volatile @Nullable Answered awaited;

    /** Watches from now on. */
    public LagProbe(OrderTable table, Supplier<@Nullable Answered> latest) {
        this.table = table;
        this.latest = latest;
        this.thread = Thread.ofPlatform().name("lag").daemon().start(this::watch);
    }

    /** The most seconds from an answer until the table showed it, so far; what it still lacks counts until now. */
    public double worstSeconds() throws SQLException {
        requireNoFailure();
        Answered missing = awaited;
        long soFar = missing == null ? 0 : System.nanoTime() - missing.nanoTime();
        return Math.max(worst, soFar) / 1e9;
    }

    private void watch() {
        try {
            while (!ended) {
                Answered answered = latest.get();
                if (answered != null) {
                    awaited = answered;
                    awaitVisible(answered);
                    awaited = null;
                }
                Thread.sleep(LOOKS_EVERY_MILLIS);
            }
        } catch (SQLException | RuntimeException e) {
            failure.set(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitVisible(Answered answered) throws SQLException, InterruptedException {
        while (!ended
                && table.visible(List.of(answered.orderId()), answered.version())
                        .isEmpty()) {
            Thread.sleep(LOOKS_EVERY_MILLIS);
        }
        worst = Math.max(worst, System.nanoTime() - answered.nanoTime());
    }

    private void requireNoFailure() throws SQLException {
        Exception failed = failure.get();
        if (failed != null) {
            throw new SQLException("The table of the read model could not be looked at", failed);
        }
    }

    @Override
    public void close() throws SQLException {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        requireNoFailure();
    }
}
