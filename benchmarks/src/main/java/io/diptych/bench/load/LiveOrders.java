package io.diptych.bench.load;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A caller that goes on beside what is measured. */
public final class LiveOrders implements AutoCloseable {

    private final OrderCallers callers;
    private final Thread thread;
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    private volatile boolean ended;

    /** At no more than that rate. */
    public LiveOrders(HttpApi api, String prefix, int perSecond) {
        this.callers = new OrderCallers(api, prefix);
        this.thread = Thread.ofPlatform().name("live").daemon().start(() -> {
            try {
                for (int call = 0; !ended; call++) {
                    callers.once(call % Callers.COUNT);
                    LockSupport.parkNanos(1_000_000_000L / perSecond);
                }
            } catch (RuntimeException e) {
                failure.set(e);
            }
        });
    }

    /** The order of which a command was answered last, if any was. */
    public OrderCallers.@Nullable Answered latest() {
        return callers.latest();
    }

    /** Sends no more; fails when a command was not accepted. */
    public void stop() throws InterruptedException {
        ended = true;
        thread.join();
        RuntimeException failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("A command beside what is measured failed: " + failed.getMessage(), failed);
        }
    }

    @Override
    public void close() {
        ended = true;
    }
}
