package io.diptych.postgres;

import io.diptych.projection.ProjectionStatus.State;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a node last told of one of its projections.
 *
 * @param readModel that it keeps current
 * @param generation of its rows
 * @param state what it is doing
 * @param reason why, when it is not simply running
 * @param since when the state began
 * @param rates for each partition that it owns, events applied a second
 * @param age how long ago it told, by the database's clock
 */
public record Worker(
        String readModel,
        int generation,
        String node,
        State state,
        @Nullable String reason,
        Instant since,
        Map<Integer, Double> rates,
        Duration age) {}
