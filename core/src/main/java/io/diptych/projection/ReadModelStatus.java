package io.diptych.projection;

import io.diptych.projection.ProjectionStatus.State;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one generation of a read model is doing, whichever nodes keep it current.
 *
 * @param generation which, and what it is there for
 * @param state that of the partition that is worst off
 * @param reason why, when it is not simply running
 * @param since when the state began
 * @param lag of all partitions together
 * @param eventsPerSecond applied, over the last ten seconds
 */
public record ReadModelStatus(
        Generation generation,
        State state,
        @Nullable String reason,
        Instant since,
        Lag lag,
        double eventsPerSecond,
        List<Partition> partitions) {

    /**
     * One partition.
     *
     * @param position the next offset to apply; null while unknown
     * @param node that applies it; null when there is none
     */
    public record Partition(
            int partition,
            @Nullable Long position,
            Lag lag,
            double eventsPerSecond,
            State state,
            @Nullable String reason,
            Instant since,
            @Nullable String node) {}
}
