package io.diptych.command.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps all aggregates of a partition in memory; starts empty. */
public final class MemoryAggregateStore<S> implements AggregateStore<S> {

    private final Map<String, AggregateState<S>> aggregates = new HashMap<>();
    private final Map<String, List<Place>> events = new HashMap<>();
    private long nextEvent;

    @Override
    public Restoring restore(Duration atMost) {
        return Restoring.DONE;
    }

    @Override
    public @Nullable AggregateState<S> get(String id) {
        return aggregates.get(id);
    }

    @Override
    public void put(Map<String, AggregateState<S>> changed, List<Place> places, long position) {
        aggregates.putAll(changed);
        places.forEach(place ->
                events.computeIfAbsent(place.id(), id -> new ArrayList<>()).add(place));
        nextEvent = position;
    }

    @Override
    public long nextEvent() {
        return nextEvent;
    }

    @Override
    public List<Place> events(String id, long fromVersion, int limit) {
        return events.getOrDefault(id, List.of()).stream()
                .filter(place -> place.version() >= fromVersion)
                .limit(limit)
                .toList();
    }

    @Override
    public void clear() {
        aggregates.clear();
        events.clear();
        nextEvent = 0;
    }

    @Override
    public void close() {
        clear();
    }
}
