package io.diptych.bench.suite;

import io.diptych.bench.poison.PoisonOptions;
import io.diptych.bench.restart.RestartOptions;
import io.diptych.bench.restart.RestartWorkload;
import io.diptych.bench.run.Suite;
import java.util.List;
import java.util.stream.Stream;

/** All there is to measure. */
public final class Suites {

    private Suites() {}

    /** Nothing is started yet. */
    public static List<Suite> all(Context context, RestartOptions restart, PoisonOptions poison) {
        return Stream.concat(
                        Stream.of(
                                KafkaSuite.of(context),
                                HttpSuite.of(context),
                                RebuildSuite.of(context),
                                BatchingSuite.of(context),
                                PoisonSuite.of(context),
                                PoisonSuite.killed(context, poison),
                                restart(context, restart)),
                        GrowthSuite.of(context).stream())
                .toList();
    }

    private static Suite restart(Context context, RestartOptions options) {
        return new Suite(
                "restart",
                "Restarts of a node with many aggregates",
                true,
                RestartWorkload.chart(),
                List.of(new RestartWorkload(
                        context.started(), options, context.extent().restartAggregates())));
    }
}
