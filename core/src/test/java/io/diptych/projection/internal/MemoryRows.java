package io.diptych.projection.internal;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Rows and positions in memory, that can be told to fail before or after a commit. */
final class MemoryRows<R> implements RowStore<R> {

    private final Map<Object, R> rows = new HashMap<>();
    private final Map<Integer, Long> positions = new TreeMap<>();
    private int batches;
    private @Nullable RuntimeException before;
    private @Nullable RuntimeException after;
    private @Nullable Object refusedKey;
    private @Nullable RuntimeException refusal;

    void failBefore(RuntimeException failure) {
        before = failure;
    }

    void failAfterCommit(RuntimeException failure) {
        after = failure;
    }

    void refuse(Object key, RuntimeException with) {
        refusedKey = key;
        refusal = with;
    }

    void put(Map<Object, R> newRows, Map<Integer, Long> newPositions) {
        rows.putAll(newRows);
        positions.putAll(newPositions);
    }

    Map<Object, R> all() {
        return rows;
    }

    Map<Integer, Long> positions() {
        return positions;
    }

    /** How many were committed. */
    int batches() {
        return batches;
    }

    @Override
    public Map<Integer, Long> positions(Set<Integer> partitions) {
        Map<Integer, Long> found = new HashMap<>();
        partitions.forEach(p -> found.put(p, positions.getOrDefault(p, 0L)));
        return found;
    }

    @Override
    public void apply(Batch<R> batch) {
        RuntimeException early = before;
        before = null;
        throwIf(early);
        batch.moves().forEach((partition, move) -> {
            if (positions.getOrDefault(partition, 0L) != move.from()) {
                throw new PositionMovedException("partition " + partition + " is at " + positions.get(partition));
            }
        });
        Map<Object, R> stored = new HashMap<>(rows);
        stored.keySet().retainAll(batch.keys());
        Map<Object, @Nullable R> folded = batch.fold().apply(stored);
        if (refusedKey != null && folded.containsKey(refusedKey)) {
            throwIf(refusal);
        }
        folded.forEach((key, row) -> {
            if (row == null) {
                rows.remove(key);
            } else {
                rows.put(key, row);
            }
        });
        batch.moves().forEach((partition, move) -> positions.put(partition, move.to()));
        batches++;
        RuntimeException late = after;
        after = null;
        throwIf(late);
    }

    private static void throwIf(@Nullable RuntimeException failure) {
        if (failure != null) {
            throw failure;
        }
    }
}
