package io.diptych.command;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the command engine of one aggregate is doing on this node.
 *
 * @param aggregate its name
 * @param state what it is doing
 * @param reason why, when it is not simply running
 * @param since when the state began
 * @param partitions the partitions this node owns; true: handles commands, false: still reads its events
 */
public record CommandStatus(
        String aggregate, State state, @Nullable String reason, Instant since, Map<Integer, Boolean> partitions) {

    /** What an engine can be doing. */
    public enum State {
        /** Handles commands of the partitions that are ready. */
        RUNNING,
        /** Kafka is away; it goes on by itself when that is back. */
        WAITING,
        /** Was stopped. */
        STOPPED
    }
}
