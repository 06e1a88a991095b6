package io.diptych.chaos.fault;

import java.time.Duration;

/**
 * Something to be done to a part of the system.
 *
 * @param target its name
 * @param kind what is done
 * @param at when, since the beginning of the run
 * @param holds until it is mended
 */
public record Fault(String target, Kind kind, Duration at, Duration holds) {

    /** What can be done. */
    public enum Kind {
        /** {@code kill -9}, and started again. */
        KILL,
        /** Asked to end, and started again. */
        RESTART,
        /** SIGSTOP and SIGCONT. */
        FREEZE
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(java.util.Locale.ROOT) + " " + target + " for "
                + String.format(java.util.Locale.ROOT, "%.1f s", holds.toMillis() / 1000.0);
    }
}
