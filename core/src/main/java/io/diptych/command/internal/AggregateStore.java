package io.diptych.command.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds the aggregates of one partition, as of a position on the event log. It may lose everything: it is rebuilt
 * from the events after {@link #nextEvent()}.
 */
public interface AggregateStore<S> extends AutoCloseable {

    /** Where an event stands: the aggregate's id, the event's version and its offset. */
    record Place(String id, long version, long offset) {

        /**
         * An aggregate's places in order: those that are written, and from the first that is not, those that are recent. What
         * is written may be ahead: snapshots bring places of later events, which another form published, before the events
         * between are replayed.
         */
        public static List<Place> together(List<Place> written, List<Place> recent, int limit) {
            long firstRecent =
                    recent.isEmpty() ? Long.MAX_VALUE : recent.getFirst().version();
            var all = new ArrayList<Place>();
            written.stream().takeWhile(place -> place.version() < firstRecent).forEach(all::add);
            recent.stream().limit(limit - all.size()).forEach(all::add);
            return all;
        }
    }

    /** How {@link #restore} gets on. */
    enum Restoring {
        DONE,
        GOES_ON,
        /** For what somebody else has to end first. */
        WAITS
    }

    /**
     * Brings in what was kept before this store was opened, for at most about that long. To be called until it is done;
     * only then the rest may be used.
     */
    Restoring restore(Duration atMost);

    /** The aggregate, or null when it has no events. */
    @Nullable
    AggregateState<S> get(String id);

    /** Takes over changed aggregates, the events that changed them, and the position they are at. */
    void put(Map<String, AggregateState<S>> changed, List<Place> events, long nextEvent);

    /** The offset of the first event that is not in the store. */
    long nextEvent();

    /** Forgets everything: the log is not the one that it was made from. */
    void clear();

    /** Where the aggregate's events stand, in order: those from that version on, at most {@code limit}. */
    List<Place> events(String id, long fromVersion, int limit);

    @Override
    void close();

    /** Opens the store of a partition. */
    interface Factory<S> {
        AggregateStore<S> open(int partition);
    }
}
