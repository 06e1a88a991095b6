package io.diptych.message.internal;

import java.time.Duration;

/** Waiting times that double from a first to a longest. */
public final class Backoff {

    private final Duration first;
    private final Duration longest;
    private Duration next;

    /** Begins with the first. */
    public Backoff(Duration first, Duration longest) {
        this.first = first;
        this.longest = longest;
        this.next = first;
    }

    /** How long to wait now. */
    public Duration next() {
        Duration now = next;
        Duration twice = now.multipliedBy(2);
        next = twice.compareTo(longest) < 0 ? twice : longest;
        return now;
    }

    /** Begins with the first again. */
    public void reset() {
        next = first;
    }

    @Override
    public String toString() {
        return next.toMillis() + " ms";
    }
}
