package io.diptych.cli.internal;

import io.diptych.server.Node;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Tells when the process is asked to stop (SIGTERM, Ctrl-C), and lets the thread that runs it clean up. The process
 * then exits with 0; after {@link #GRACE} it exits whatever is left.
 */
final class StopSignal implements AutoCloseable {

    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofMillis(100);

    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch cleanedUp = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stop, "stop");

    /** From now on a signal is heard. */
    StopSignal() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private boolean isRequested() {
        return requested.getCount() == 0;
    }

    /** Waits until the node is ready; false when the signal comes before. */
    boolean awaitReady(Node node) throws InterruptedException {
        boolean ready = false;
        while (!ready && !isRequested()) {
            ready = node.awaitReady(LOOK);
        }
        return ready;
    }

    /** Waits for the signal. */
    void await() throws InterruptedException {
        requested.await();
    }

    /** The cleaning up is done. */
    @Override
    public void close() {
        cleanedUp.countDown();
        if (!isRequested()) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }

    private void stop() {
        requested.countDown();
        try {
            boolean clean = cleanedUp.await(GRACE.toNanos(), TimeUnit.NANOSECONDS);
            // The status would be that of the signal, which a supervisor takes for a failure.
            Runtime.getRuntime().halt(clean ? 0 : 1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
