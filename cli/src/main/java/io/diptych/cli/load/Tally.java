package io.diptych.cli.load;

import io.diptych.cli.load.CommandLines.Unreadable;
import io.diptych.message.ConsistencyToken;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts outcomes as they come in. Its size depends on neither the number of lines nor of bad ones. */
final class Tally {

    private static final int UNREADABLE_SHOWN = 100;

    private final SortedMap<String, Long> rejected = new TreeMap<>();
    private final List<Unreadable> firstUnreadable = new ArrayList<>();
    private long accepted;
    private long unreadable;
    private @Nullable ConsistencyToken furthest;

    synchronized void accepted(ConsistencyToken token) {
        accepted++;
        furthest = furthest == null ? token : ConsistencyToken.join(List.of(furthest, token));
    }

    synchronized void rejected(String code) {
        rejected.merge(code, 1L, Long::sum);
    }

    synchronized void unreadable(Unreadable line) {
        unreadable++;
        if (firstUnreadable.size() < UNREADABLE_SHOWN) {
            firstUnreadable.add(line);
        }
    }

    synchronized long accepted() {
        return accepted;
    }

    synchronized SortedMap<String, Long> rejected() {
        return new TreeMap<>(rejected);
    }

    synchronized long unreadable() {
        return unreadable;
    }

    synchronized List<Unreadable> firstUnreadable() {
        return List.copyOf(firstUnreadable);
    }

    /** Is passed when all accepted commands are visible; null when there are none. */
    synchronized @Nullable ConsistencyToken furthest() {
        return furthest;
    }

    synchronized long lines() {
        return accepted
                + unreadable
                + rejected.values().stream().mapToLong(Long::longValue).sum();
    }
}
