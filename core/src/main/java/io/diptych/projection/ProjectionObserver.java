package io.diptych.projection;

import java.time.Duration;

/** Is told what projections do, for metrics. Called on the projection's thread: must be quick and must not throw. */
public interface ProjectionObserver {

    /** Hears nothing. */
    ProjectionObserver NONE = (readModel, events, took) -> {};

    /** That many events became dead letters: some failed, the others wait behind them. */
    default void parked(String readModel, int events) {}

    /** A batch of that many events was committed; {@code took} from having the events to having committed them. */
    void applied(String readModel, int events, Duration took);
}
