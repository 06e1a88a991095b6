package io.diptych.command.internal;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Code that can be stopped in the middle and goes on when told to. It never runs at the same time as its caller, so
 * that all that happens is given by who is told to go on.
 */
final class Coroutine {

    private final Thread thread;
    private @Nullable Thread caller;
    private @Nullable Throwable failure;
    private volatile boolean running;
    private volatile boolean done;

    Coroutine(Runnable code) {
        thread = Thread.ofVirtual().unstarted(() -> {
            try {
                code.run();
            } catch (Throwable e) {
                failure = e;
            }
            done = true;
            giveBack();
        });
    }

    /** Lets it run until it pauses or ends; throws what its code threw. */
    void resume() {
        caller = Thread.currentThread();
        running = true;
        if (thread.getState() == Thread.State.NEW) {
            thread.start();
        } else {
            LockSupport.unpark(thread);
        }
        while (running) {
            LockSupport.park(this);
        }
        if (failure instanceof AssertionError judgement) {
            throw judgement;
        }
        if (failure != null) {
            throw new IllegalStateException("The code of a coroutine failed", failure);
        }
    }

    /** From within: back to the caller, until it is resumed. */
    void pause() {
        giveBack();
        while (!running) {
            LockSupport.park(this);
        }
    }

    private void giveBack() {
        running = false;
        LockSupport.unpark(caller);
    }

    boolean isDone() {
        return done;
    }
}
