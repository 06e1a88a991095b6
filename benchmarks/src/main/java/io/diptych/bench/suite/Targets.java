package io.diptych.bench.suite;

import static io.diptych.bench.suite.Metrics.ALLOCATED;
import static io.diptych.bench.suite.Metrics.THROUGHPUT;
import static io.diptych.bench.suite.Metrics.latency;

import io.diptych.bench.report.Target;
import io.diptych.bench.report.Target.Bound;
import io.diptych.bench.report.Target.Term;
import io.diptych.bench.run.Metric;
import java.util.List;

/** What Diptych wants to be, beside the ceilings of the machine and beside the rivals. */
public final class Targets {

    private Targets() {}

    /** All of them. */
    public static List<Target> all() {
        return List.of(
                new Target(
                        "command throughput / transactional copy",
                        kafka(KafkaSuite.DIPTYCH, THROUGHPUT),
                        kafka(KafkaSuite.COPY, THROUGHPUT),
                        Bound.atLeast(0.80)),
                new Target(
                        "command latency p50 at 1,000/s / ping-pong without transactions",
                        kafka(KafkaSuite.DIPTYCH, latency(1000, 50)),
                        kafka(KafkaSuite.PING_PONG, latency(1000, 50)),
                        Bound.atMost(3)),
                new Target(
                        "command latency p99 at 1,000/s / ping-pong without transactions",
                        kafka(KafkaSuite.DIPTYCH, latency(1000, 99)),
                        kafka(KafkaSuite.PING_PONG, latency(1000, 99)),
                        Bound.atMost(3)),
                new Target(
                        "allocated per command, by a node that only handles commands",
                        kafka(KafkaSuite.DIPTYCH, ALLOCATED),
                        null,
                        null));
    }

    private static Term kafka(String workload, Metric metric) {
        return new Term(KafkaSuite.NAME + "/" + workload, metric);
    }
}
