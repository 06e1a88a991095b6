package io.diptych.projection;

import java.time.Instant;

/**
 * The rows of a read model, made from the first event on by one version of its projection. One generation serves the
 * queries; another may be filled beside it and then take its place.
 *
 * @param readModel its name
 * @param number 1 for the first; every rebuild makes the next
 * @param version of the read model that makes these rows
 * @param state what it is there for
 * @param since when that began
 */
public record Generation(String readModel, int number, int version, State state, Instant since) {

    /** What a generation is there for. */
    public enum State {
        /** Is made from the first event on, and serves once it has caught up with the one that serves now. */
        FILLING,
        /** Answers the queries. */
        SERVING,
        /** Has served before; stays current as long as a node has its version, and can serve again. */
        KEPT
    }
}
