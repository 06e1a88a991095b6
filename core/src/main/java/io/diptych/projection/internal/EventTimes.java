package io.diptych.projection.internal;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one version of a read model over windows knows of the time of its events; all its generations share it.
 *
 * @param partitions of the topic
 * @param marks of the partitions of which there is something to say
 * @param watermark the time up to which events are thought to be complete; null for none yet
 */
public record EventTimes(
        int partitions, Map<Integer, Mark> marks, @Nullable Instant watermark) {

    /**
     * One partition.
     *
     * @param greatest time of its events; null when there was none
     * @param idle it was read to its end, and nothing new has come for long
     */
    public record Mark(@Nullable Instant greatest, boolean idle) {
        /** Nothing was seen yet. */
        public static final Mark NONE = new Mark(null, false);
    }

    /** These marks, and the watermark that follows from them, unless that were to go back. */
    public EventTimes with(Map<Integer, Mark> changed) {
        var all = new HashMap<>(marks);
        all.putAll(changed);
        Instant least = least(all);
        boolean ahead = least != null && (watermark == null || least.isAfter(watermark));
        return new EventTimes(partitions, all, ahead ? least : watermark);
    }

    /** The least of all that are not idle. When all are, all events there are have been seen: the greatest of them. */
    private @Nullable Instant least(Map<Integer, Mark> all) {
        Instant least = null;
        Instant greatest = null;
        for (int i = 0; i < partitions; i++) {
            Mark mark = all.getOrDefault(i, Mark.NONE);
            Instant time = mark.greatest();
            if (time == null) {
                if (!mark.idle()) {
                    return null;
                }
            } else {
                least = mark.idle() || least != null && least.isBefore(time) ? least : time;
                greatest = greatest != null && greatest.isAfter(time) ? greatest : time;
            }
        }
        return least != null ? least : greatest;
    }

    /** Where an event is. */
    public record Place(int partition, long offset) {}

    /** What was said of a late event. */
    public enum Verdict {
        /** It is folded all the same. */
        ADMITTED,
        /** It is left out for good. */
        DISCARDED
    }

    /**
     * Which events are late depends on how the partitions were read, so it is decided once and then a fact: who reads
     * the events again takes what is recorded.
     *
     * @param decided up to which offset of each partition, in this version
     * @param late of these events those that are late, with the starts of the windows for which they are
     * @param verdicts on events that are late in whichever version
     */
    public record Facts(Map<Integer, Long> decided, Map<Place, Set<Instant>> late, Map<Place, Verdict> verdicts) {
        /** Nothing was decided. */
        public static final Facts NONE = new Facts(Map.of(), Map.of(), Map.of());

        boolean covers(Place place) {
            return place.offset() < decided.getOrDefault(place.partition(), 0L);
        }
    }
}
