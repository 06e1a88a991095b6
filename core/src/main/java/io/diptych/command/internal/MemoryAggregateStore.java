package io.diptych.command.internal;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps all aggregates of a partition in memory; starts empty. */
public final class MemoryAggregateStore<S> implements AggregateStore<S> {

    private final Map<String, AggregateState<S>> aggregates = new HashMap<>();
    private long nextEvent;

    @Override
    public @Nullable AggregateState<S> get(String id) {
        return aggregates.get(id);
    }

    @Override
    public void put(Map<String, AggregateState<S>> changed, long position) {
        aggregates.putAll(changed);
        nextEvent = position;
    }

    @Override
    public long nextEvent() {
        return nextEvent;
    }

    @Override
    public void close() {
        aggregates.clear();
    }
}
