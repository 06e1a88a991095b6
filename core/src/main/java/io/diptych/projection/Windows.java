package io.diptych.projection;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Into which spans of event time events are gathered, and how long each stays open. Windows are aligned to
 * 1970-01-01T00:00:00Z: those of an hour begin with the hours, and those of a day at midnight, both of UTC.
 *
 * <p>A window closes when the watermark has reached its end plus the grace. The watermark is the time up to which the
 * events are thought to be complete: of each partition the greatest time that was seen, and of these the least.
 *
 * @param size of a window, in whole milliseconds
 * @param every how often one begins, in whole milliseconds: the size for windows that follow each other, less for such as
 *     overlap
 * @param grace for which a window stays open after its end: how far events may be out of order in time
 * @param idleAfter a partition that was read to its end, and without a new event for that long, holds up no window
 * @param publishing whether the row of a window is published when the window closes, and again when it is corrected
 */
public record Windows(Duration size, Duration every, Duration grace, Duration idleAfter, boolean publishing) {

    /** After that long without an event a partition holds up nobody. Longer than a usual pause, and short for a person. */
    public static final Duration IDLE_AFTER = Duration.ofMinutes(1);

    private static final int MOST_OF_AN_EVENT = 1_000;

    /** Checks the values. */
    public Windows {
        requireMillis("size", size);
        requireMillis("step", every);
        if (every.compareTo(size) > 0) {
            throw new IllegalArgumentException(
                    "The step [" + every + "] of windows must not be longer than their size [" + size
                            + "], or events in between would be in none");
        }
        if (size.dividedBy(every) > MOST_OF_AN_EVENT) {
            throw new IllegalArgumentException("Windows of [" + size + "] every [" + every
                    + "] would put an event into more than " + MOST_OF_AN_EVENT + ": choose a longer step");
        }
        if (grace.isNegative()) {
            throw new IllegalArgumentException("The grace [" + grace + "] of windows must not be negative");
        }
        if (idleAfter.isNegative() || idleAfter.isZero()) {
            throw new IllegalArgumentException(
                    "The time [" + idleAfter + "] after which a partition is idle must be positive");
        }
    }

    private static void requireMillis(String what, Duration duration) {
        if (duration.toMillis() < 1 || duration.toNanosPart() % 1_000_000 != 0) {
            throw new IllegalArgumentException(
                    "The " + what + " [" + duration + "] of windows must be one or more whole milliseconds");
        }
    }

    /** Windows that follow each other: every event is in one. No grace. */
    public static Windows tumbling(Duration size) {
        return hopping(size, size);
    }

    /** Windows that overlap when they begin more often than they are long: an event is in several. No grace. */
    public static Windows hopping(Duration size, Duration every) {
        return new Windows(size, every, Duration.ZERO, IDLE_AFTER, false);
    }

    /** The same with that grace. */
    public Windows withGrace(Duration other) {
        return new Windows(size, every, other, idleAfter, publishing);
    }

    /** The same with that time after which a partition is idle. */
    public Windows withIdleAfter(Duration other) {
        return new Windows(size, every, grace, other, publishing);
    }

    /** The same, whose rows are published when their windows close. */
    public Windows withPublishing() {
        return new Windows(size, every, grace, idleAfter, true);
    }

    /**
     * All windows that the moment is in, the oldest first.
     *
     * @throws ArithmeticException for a moment hundreds of millions of years away
     */
    public List<Window> of(Instant time) {
        long millis = time.toEpochMilli();
        long step = every.toMillis();
        var windows = new ArrayList<Window>();
        for (long start = Math.floorDiv(millis, step) * step; start > millis - size.toMillis(); start -= step) {
            Instant first = Instant.ofEpochMilli(start);
            windows.add(new Window(first, first.plus(size)));
        }
        return windows.reversed();
    }
}
