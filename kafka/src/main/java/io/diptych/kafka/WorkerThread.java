package io.diptych.kafka;

import java.time.Duration;

/** A thread that repeats a step until it is closed. */
final class WorkerThread implements AutoCloseable {

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
