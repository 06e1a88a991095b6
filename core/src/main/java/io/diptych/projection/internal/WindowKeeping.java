package io.diptych.projection.internal;

import io.diptych.projection.Windows;
import io.diptych.projection.internal.RowStore.Chores;
import io.diptych.projection.internal.RowStore.Move;
import io.diptych.projection.internal.RowStore.Timing;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a worker does besides for a read model over windows: it tells of idle partitions, and looks what is to be done. */
final class WindowKeeping<R> {

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private final EventFeed feed;
    private final RowStore<R> store;
    private final InstantSource clock;
    private final Idleness idleness;
    private Instant nextLook = Instant.EPOCH;

    WindowKeeping(Windows windows, EventFeed feed, RowStore<R> store, InstantSource clock) {
        this.feed = feed;
        this.store = store;
        this.clock = clock;
        this.idleness = new Idleness(windows.idleAfter(), clock);
    }

    void assigned(Collection<Integer> partitions) {
        idleness.assigned(partitions);
    }

    void revoked(Collection<Integer> partitions) {
        idleness.revoked(partitions);
    }

    /**
     * Applies a batch, with the news of idle partitions.
     *
     * @param settled late events that it settles
     * @param positions of all partitions that the worker has
     */
    List<NewLetter> apply(
            EventFold<?, R> fold, Map<Integer, Move> moves, List<Long> settled, Map<Integer, Long> positions) {
        Map<Integer, Boolean> idle =
                idleness.news(partition -> !moves.containsKey(partition) && isAtEnd(partition, positions));
        List<NewLetter> letters =
                store.apply(fold.batch(moves, new Timing(feed.partitions(), idle, Map.copyOf(positions), settled)));
        Set<Integer> timed = new HashSet<>(fold.timed());
        timed.retainAll(moves.keySet());
        idleness.told(idle, timed);
        return letters;
    }

    /** What is to be done although no event has come; null for nothing. */
    @Nullable
    Chores due(Map<Integer, Long> positions) {
        boolean news =
                !idleness.news(partition -> isAtEnd(partition, positions)).isEmpty();
        Instant now = clock.instant();
        if (!news && now.isBefore(nextLook)) {
            return null;
        }
        nextLook = now.plus(BETWEEN_LOOKS);
        Chores chores = store.chores();
        return news || chores.closed() || !chores.admitted().isEmpty() ? chores : null;
    }

    private boolean isAtEnd(int partition, Map<Integer, Long> positions) {
        return positions.containsKey(partition) && feed.behind(partition) == 0;
    }
}
