package io.diptych.projection;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How one read model's projection is doing on this node.
 *
 * @param readModel its name
 * @param generation which of its generations
 * @param state what it is doing
 * @param reason why, when it is not simply running
 * @param since when the state began
 * @param partitions the partitions this node owns
 */
public record ProjectionStatus(
        String readModel,
        int generation,
        State state,
        @Nullable String reason,
        Instant since,
        Map<Integer, Partition> partitions) {

    /** What a projection can be doing. */
    public enum State {
        /** Has no error; may be behind. */
        RUNNING,
        /** Runs, and is more than two seconds behind; said of all nodes together, not by a projection of itself. */
        CATCHING_UP,
        /** Kafka or the database is away; it goes on by itself when that is back. */
        WAITING,
        /** Something is wrong for which no event can be parked; nothing is applied until the cause is mended. */
        STALLED,
        /** Was stopped. */
        STOPPED
    }

    /**
     * One partition.
     *
     * @param position the next offset to apply
     * @param behind events not yet applied, or -1 when unknown
     * @param applied events since this projection was started
     */
    public record Partition(long position, long behind, long applied) {}
}
