package io.diptych.command;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the owner of an aggregate tells of it, as of when it was asked.
 *
 * @param version the number of its events; 0 when there is no such aggregate
 * @param partition where its events stand
 * @param state null unless it was asked for, or when it is too large for a reply
 * @param offsets where the events that were asked for stand, one for each version
 */
public record AggregateExcerpt(
        String aggregate,
        String id,
        long version,
        int partition,
        @Nullable State state,
        List<Long> offsets) implements OwnerReply {

    /**
     * A state.
     *
     * @param type the name of its type
     */
    public record State(String type, byte[] json) {}
}
