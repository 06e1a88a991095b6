package io.diptych.command.internal;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds the aggregates of one partition, as of a position on the event log. It may lose everything: it is rebuilt
 * from the events after {@link #nextEvent()}.
 */
public interface AggregateStore<S> extends AutoCloseable {

    /** The aggregate, or null when it has no events. */
    @Nullable
    AggregateState<S> get(String id);

    /** Takes over changed aggregates together with the position they are at. */
    void put(Map<String, AggregateState<S>> changed, long nextEvent);

    /** The offset of the first event that is not in the store. */
    long nextEvent();

    @Override
    void close();

    /** Opens the store of a partition. */
    interface Factory<S> {
        AggregateStore<S> open(int partition);
    }
}
