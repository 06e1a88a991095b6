package io.diptych.projection.internal;

import io.diptych.message.Recorded;
import io.diptych.projection.Projection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Folds a batch of events into rows, in memory. May be run more than once, as when a transaction is tried again. */
final class EventFold<E, R> implements RowStore.Fold<R> {

    /** An event with the row it belongs to. */
    record Keyed<E>(Recorded<E> event, Object key) {}

    private final Projection<E, R> projection;
    private final UnaryOperator<R> canonical;
    private final List<Keyed<E>> events = new ArrayList<>();
    private final Set<Object> keys = new LinkedHashSet<>();
    private boolean ownRowsOnly = true;

    /**
     * An empty fold.
     *
     * @param canonical the row as it will be read back, so that a fold gives the same wherever its batch ends
     */
    EventFold(Projection<E, R> projection, UnaryOperator<R> canonical) {
        this.projection = projection;
        this.canonical = canonical;
    }

    /** Adds an event with its key; one without a key concerns no row. */
    void add(Recorded<E> event) {
        Object key = projection.key(event.event());
        if (key != null) {
            events.add(new Keyed<>(event, key));
            keys.add(key);
            ownRowsOnly &= key.equals(event.aggregateId());
        }
    }

    Set<Object> keys() {
        return keys;
    }

    /** Whether each event's key is its aggregate's id. */
    boolean ownRowsOnly() {
        return ownRowsOnly;
    }

    @Override
    public Map<Object, @Nullable R> apply(Map<Object, R> stored) {
        Map<Object, @Nullable R> rows = new HashMap<>(stored);
        for (Keyed<E> keyed : events) {
            try {
                R row = projection.evolve(rows.get(keyed.key()), keyed.event());
                rows.put(keyed.key(), row == null ? null : canonical.apply(row));
            } catch (RuntimeException | StackOverflowError e) {
                throw new EventFailedException(
                        keyed.event().partition(), keyed.event().offset(), e);
            }
        }
        return rows;
    }
}
