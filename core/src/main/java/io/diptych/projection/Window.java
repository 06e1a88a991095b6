package io.diptych.projection;

import java.time.Duration;
import java.time.Instant;

/**
 * A span of event time.
 *
 * @param start its first moment
 * @param end the first moment after it
 */
public record Window(Instant start, Instant end) {

    /** Checks the order. */
    public Window {
        if (!start.isBefore(end)) {
            throw new IllegalArgumentException(
                    "The window's start [" + start + "] must be before its end [" + end + "]");
        }
    }

    /** The watermark at which it closes: an event that comes later is late. */
    public Instant closesAt(Duration grace) {
        return end.plus(grace);
    }
}
