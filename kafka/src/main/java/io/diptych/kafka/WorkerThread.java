package io.diptych.kafka;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that repeats a step until it is closed. */
final class WorkerThread implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerThread.class);

    /** How long a worker may take to end its round. */
    private static final Duration PATIENCE = Duration.ofMillis(2500);

    private final Thread thread;
    private final Runnable wakeup;
    private volatile boolean closed;

    /**
     * Starts.
     *
     * @param step one round; does not throw
     * @param wakeup ends a round that waits; for any thread
     * @param end is run on the thread, after the last round
     */
    WorkerThread(String name, Runnable step, Runnable wakeup, Runnable end) {
        this.wakeup = wakeup;
        this.thread = Thread.ofPlatform().name(name).daemon().start(() -> {
            try {
                while (!closed) {
                    step.run();
                }
            } finally {
                if (Thread.interrupted()) {
                    LOG.debug("{}: the last round took too long and was interrupted", name);
                }
                end.run();
            }
        });
    }

    /** Asks the thread to end, without waiting for it. */
    void stop() {
        closed = true;
        wakeup.run();
    }

    /** Ends the thread; interrupts it when it takes too long. */
    @Override
    public void close() {
        stop();
        try {
            if (!thread.join(PATIENCE)) {
                thread.interrupt();
                thread.join(PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
