package io.diptych.projection.internal;

import io.diptych.projection.internal.RowStore.Parked;
import java.util.HashSet;
import java.util.Set;

/** Which keys wait, while a batch is folded: those that waited before, and those that failed in it. */
final class Parking {

    private final Set<String> keys;
    private final Set<String> aggregates;

    Parking(Parked before) {
        keys = new HashSet<>(before.keys());
        aggregates = new HashSet<>(before.aggregates());
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    boolean holdsKey(String name) {
        return keys.contains(name);
    }

    boolean holdsAggregate(String name) {
        return aggregates.contains(name);
    }

    void add(String name, boolean wholeAggregate) {
        keys.add(name);
        if (wholeAggregate) {
            aggregates.add(name);
        }
    }
}
