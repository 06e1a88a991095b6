package io.diptych.chaos.load;

import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * Keeps to what Diptych promises of duplicates: a command that is sent again is known among the last 64 of its
 * aggregate. While one is not settled, no more than {@link #LIMIT} later ones are begun.
 */
final class DuplicateWindow {

    static final int LIMIT = 30;

    private final TreeSet<Long> open = new TreeSet<>();
    private long begun;

    /** A ticket for a command; none while an older one has to be settled first. */
    synchronized OptionalLong begin() {
        if (!open.isEmpty() && begun - open.first() >= LIMIT) {
            return OptionalLong.empty();
        }
        open.add(++begun);
        return OptionalLong.of(begun);
    }

    /** The command will not be sent again. */
    synchronized void settle(long ticket) {
        open.remove(ticket);
    }
}
