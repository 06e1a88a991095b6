package io.diptych.command.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Changed aggregates of a partition, on top of those in its store, until they are kept or dropped. */
final class Overlay<S> {

    private final AggregateStore<S> store;
    private final Supplier<S> initial;
    private final Map<String, AggregateState<S>> changed = new HashMap<>();

    /**
     * Nothing is changed yet.
     *
     * @param initial makes the state of an aggregate without events
     */
    Overlay(AggregateStore<S> store, Supplier<S> initial) {
        this.store = store;
        this.initial = initial;
    }

    /** The aggregate as it is now, changes included. */
    AggregateState<S> get(String id) {
        AggregateState<S> recent = changed.get(id);
        if (recent != null) {
            return recent;
        }
        AggregateState<S> stored = store.get(id);
        return stored != null ? stored : AggregateState.initial(initial.get());
    }

    void put(String id, AggregateState<S> aggregate) {
        changed.put(id, aggregate);
    }

    /** Hands the changes to the store, with the events that made them and the position they are at. */
    void keep(List<AggregateStore.Place> events, long nextEvent) {
        store.put(changed, events, nextEvent);
        changed.clear();
    }

    /** Drops the changes. */
    void clear() {
        changed.clear();
    }
}
