package io.diptych.projection;

import java.time.Duration;

/**
 * How many events a projection applies in one transaction. By itself a batch is what has come: one event when nothing
 * waits, thousands when there is much to catch up with.
 *
 * @param maxDelay how long an event may wait for others to be applied with it: less work for the database, and rows that
 *     are as much later. Zero for no wait; at most a minute.
 * @param maxEvents of one batch, 1 or more; 1 for a transaction of its own for each
 */
public record Batching(Duration maxDelay, int maxEvents) {

    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** No event waits, and up to 10,000 that are there are applied together. */
    public static final Batching DEFAULT = new Batching(Duration.ZERO, 10_000);

    /** Checks the values. */
    public Batching {
        if (maxDelay.isNegative() || maxDelay.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "The greatest delay [" + maxDelay + "] of a batch must be from 0 to " + LONGEST);
        }
        if (maxEvents < 1 || maxEvents > 100_000) {
            throw new IllegalArgumentException("The most events [" + maxEvents + "] of a batch must be 1 to 100000");
        }
    }
}
