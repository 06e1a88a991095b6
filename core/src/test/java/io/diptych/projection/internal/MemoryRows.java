package io.diptych.projection.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Rows and positions in memory, that can be told to wait or fail before a commit, or to fail after it. */
final class MemoryRows<R> implements RowStore<R> {

    private final Map<Object, R> rows = new HashMap<>();
    private final Map<Integer, Long> positions = new TreeMap<>();
    private int batches;
    private final Semaphore held = new Semaphore(1);
    private @Nullable RuntimeException before;
    private @Nullable RuntimeException after;
    private @Nullable Object refusedKey;
    private @Nullable RowRefusedException refusal;
    private final List<NewLetter> letters = new ArrayList<>();

    /** Batches wait from now on, until they are let go. */
    void hold() {
        held.acquireUninterruptibly();
    }

    void letGo() {
        held.release();
    }

    synchronized void failBefore(RuntimeException failure) {
        before = failure;
    }

    synchronized void failAfterCommit(RuntimeException failure) {
        after = failure;
    }

    void refuse(Object key, RowRefusedException with) {
        refusedKey = key;
        refusal = with;
    }

    void put(Map<Object, R> newRows, Map<Integer, Long> newPositions) {
        rows.putAll(newRows);
        positions.putAll(newPositions);
    }

    synchronized Map<Object, R> all() {
        return rows;
    }

    synchronized Map<Integer, Long> positions() {
        return positions;
    }

    /** How many were committed. */
    synchronized int batches() {
        return batches;
    }

    List<NewLetter> letters() {
        return letters;
    }

    @Override
    public synchronized Map<Integer, Long> positions(Set<Integer> partitions) {
        Map<Integer, Long> found = new HashMap<>();
        partitions.forEach(p -> found.put(p, positions.getOrDefault(p, 0L)));
        return found;
    }

    @Override
    public List<NewLetter> apply(Batch<R> batch) {
        held.acquireUninterruptibly();
        held.release();
        return commit(batch);
    }

    private synchronized List<NewLetter> commit(Batch<R> batch) {
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
        Folded<R> folded = fold(batch, stored);
        letters.addAll(folded.letters());
        folded.rows().forEach((key, row) -> {
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
        return folded.letters();
    }

    private Folded<R> fold(Batch<R> batch, Map<Object, R> stored) {
        Folded<R> folded = batch.fold().apply(new Stored<>(stored, parked(), Map.of()));
        if (refusal == null || refusedKey == null || !folded.rows().containsKey(refusedKey)) {
            return folded;
        }
        return batch.fold().apply(new Stored<>(stored, parked(), Map.of(refusedKey, new Refusal(0, refusal))));
    }

    private Parked parked() {
        return new Parked(
                letters.stream().map(NewLetter::key).collect(Collectors.toSet()),
                letters.stream()
                        .filter(NewLetter::wholeAggregate)
                        .map(NewLetter::key)
                        .collect(Collectors.toSet()));
    }

    private static void throwIf(@Nullable RuntimeException failure) {
        if (failure != null) {
            throw failure;
        }
    }
}
