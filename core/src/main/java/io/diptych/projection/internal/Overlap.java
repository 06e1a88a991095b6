package io.diptych.projection.internal;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** One piece of work at a time on another thread, while its owner does something else. Used by the owner's thread only. */
final class Overlap<T> {

    private final String name;
    private @Nullable FutureTask<T> task;

    /** @param name of the threads */
    Overlap(String name) {
        this.name = name;
    }

    /** Begins work; the one before must have ended. */
    void begin(Callable<T> work) {
        var begun = new FutureTask<>(work);
        task = begun;
        Thread.ofPlatform().name(name).daemon().start(begun);
    }

    /** What the work gave, once it has ended; throws what it threw. */
    T result() {
        FutureTask<T> begun = task;
        if (begun == null) {
            throw new IllegalStateException("There is no work on [" + name + "]");
        }
        task = null;
        try {
            return begun.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw new IllegalStateException("The work on [" + name + "] failed", e.getCause());
        } catch (InterruptedException e) {
            throw interrupted(begun, e);
        }
    }

    /** Waits for the end of the work, if there is any; how it ended is told by {@link #result}. */
    void awaitEnd() {
        FutureTask<T> begun = task;
        try {
            if (begun != null) {
                begun.get();
            }
        } catch (ExecutionException e) {
            // Thrown again by result().
        } catch (InterruptedException e) {
            throw interrupted(begun, e);
        }
    }

    private IllegalStateException interrupted(FutureTask<T> begun, InterruptedException e) {
        begun.cancel(true);
        Thread.currentThread().interrupt();
        return new IllegalStateException("Interrupted while waiting for [" + name + "]", e);
    }
}
