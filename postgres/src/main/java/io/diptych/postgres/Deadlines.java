package io.diptych.postgres;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends waits that last too long. A virtual thread that waits with a time limit wakes up the JVM's one thread that keeps
 * the time, when the wait begins and when it ends, and of thousands of waits a second hardly any reaches its limit. Here
 * one thread looks ten times a second while anybody waits, so a wait may last a tenth of a second longer.
 */
final class Deadlines {

    private static final long LOOKS_EVERY_NANOS = Duration.ofMillis(100).toNanos();

    private final Set<Deadline> open = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean watched = new AtomicBoolean();

    /** The end of one wait, to be closed when the wait is over before it. */
    final class Deadline implements AutoCloseable {
        private final long at;
        private final Runnable late;

        private Deadline(long at, Runnable late) {
            this.at = at;
            this.late = late;
        }

        @Override
        public void close() {
            open.remove(this);
        }
    }

    /**
     * Has something done when that time is over, unless the deadline is closed before.
     *
     * @param late is called by the thread that looks, and so must not block
     */
    Deadline after(Duration time, Runnable late) {
        var deadline = new Deadline(System.nanoTime() + time.toNanos(), late);
        open.add(deadline);
        if (!watched.get() && watched.compareAndSet(false, true)) {
            Thread unused = Thread.ofVirtual().name("deadlines").start(this::watch);
        }
        return deadline;
    }

    private void watch() {
        do {
            try {
                while (!open.isEmpty()) {
                    LockSupport.parkNanos(LOOKS_EVERY_NANOS);
                    long now = System.nanoTime();
                    for (Deadline deadline : open) {
                        if (now - deadline.at >= 0 && open.remove(deadline)) {
                            deadline.late.run();
                        }
                    }
                }
            } finally {
                watched.set(false);
            }
        } while (!open.isEmpty() && watched.compareAndSet(false, true));
    }
}
