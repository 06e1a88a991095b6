package io.diptych.projection;

import java.time.Duration;

/**
 * How a read model keeps what changed in its rows: an entry for each row that a transaction changed, with the row before
 * and after. Streams are read from it, and the topic of changes is fed by it.
 *
 * @param keptFor how long an entry can be resumed from; 1 second to 366 days
 * @param maxEntries how many entries are kept at most; 1 or more
 * @param published whether each change goes to the topic {@code <app>.<read model>.changes} as well
 */
public record ChangeLog(Duration keptFor, int maxEntries, boolean published) {

    /** An hour, and 100,000 changes at most: a client that was away longer is given the rows anew. Not published. */
    public static final ChangeLog DEFAULT = new ChangeLog(Duration.ofHours(1), 100_000, false);

    /** Checks the values. */
    public ChangeLog {
        if (keptFor.compareTo(Duration.ofSeconds(1)) < 0 || keptFor.compareTo(Duration.ofDays(366)) > 0) {
            throw new IllegalArgumentException(
                    "The time [" + keptFor + "] for which changes are kept must be from 1 second to 366 days");
        }
        if (maxEntries < 1) {
            throw new IllegalArgumentException("The changes kept [" + maxEntries + "] must be at least 1");
        }
    }

    /** The same, on the topic as well. */
    public ChangeLog publishing() {
        return new ChangeLog(keptFor, maxEntries, true);
    }
}
