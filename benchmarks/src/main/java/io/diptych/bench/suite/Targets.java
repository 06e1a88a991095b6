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
                        "command latency p99 at 1,000/s / tuned Kafka Streams",
                        kafka(KafkaSuite.DIPTYCH, latency(1000, 99)),
                        kafka(KafkaSuite.STREAMS_TUNED, latency(1000, 99)),
                        Bound.atMost(0.4)),
                new Target(
                        "allocated per command, by a node that only handles commands",
                        kafka(KafkaSuite.DIPTYCH, ALLOCATED),
                        null,
                        null),
                new Target(
                        "64 callers in a closed loop, read model on / Spring outbox",
                        http(HttpSuite.DIPTYCH, Metrics.CLOSED_LOOP),
                        http(HttpSuite.SPRING, Metrics.CLOSED_LOOP),
                        Bound.atLeast(2)),
                new Target(
                        "read model behind at most, under those callers",
                        http(HttpSuite.DIPTYCH, Metrics.BEHIND),
                        null,
                        Bound.neverMore(1)),
                new Target(
                        "commands over HTTP / HTTP echo",
                        http(HttpSuite.DIPTYCH, Metrics.CLOSED_LOOP),
                        http(HttpSuite.ECHO, EchoWorkload.POST),
                        Bound.atLeast(0.25)),
                new Target(
                        "query by key over HTTP / HTTP echo",
                        http(HttpSuite.DIPTYCH, Metrics.BY_KEY),
                        http(HttpSuite.ECHO, EchoWorkload.GET),
                        Bound.atLeast(0.5)),
                new Target(
                        "projection rebuild / consume-and-parse",
                        rebuild(RebuildSuite.DIPTYCH),
                        rebuild(RebuildSuite.PARSE),
                        Bound.atLeast(0.40)),
                new Target(
                        "query p99 at the switch / at rest",
                        new Term(RebuildSuite.NAME + "/" + RebuildSuite.DIPTYCH, Metrics.QUERY_SWITCH_P99),
                        new Term(RebuildSuite.NAME + "/" + RebuildSuite.DIPTYCH, Metrics.QUERY_P99),
                        Bound.atMost(2)),
                new Target(
                        "read model behind at most, during a rebuild",
                        new Term(RebuildSuite.NAME + "/" + RebuildSuite.DIPTYCH, Metrics.BEHIND),
                        null,
                        Bound.neverMore(1)),
                new Target(
                        "visible at 200/s p50, ms",
                        http(HttpSuite.DIPTYCH, Metrics.VISIBLE_P50),
                        null,
                        Bound.atMost(8)),
                new Target(
                        "visible at 200/s p99, ms",
                        http(HttpSuite.DIPTYCH, Metrics.VISIBLE_P99),
                        null,
                        Bound.atMost(25)),
                new Target(
                        "projection rebuild / hand-written listener",
                        rebuild(RebuildSuite.DIPTYCH),
                        rebuild(RebuildSuite.LISTENER),
                        Bound.atLeast(50)),
                poison("events, 1 of which is poison / none of which is", PoisonSuite.ONE),
                poison("events, 1 % of which are poison / none of which is", PoisonSuite.MANY),
                growth("command throughput, 1,000,000 aggregates / 10,000", GrowthSuite.AGGREGATES, THROUGHPUT),
                growth("projection catching up, 1,000,000 rows / 10,000", GrowthSuite.ROWS, GrowthSuite.CATCHING_UP),
                growth("queries by key over HTTP, 1,000,000 rows / 10,000", GrowthSuite.ROWS, Metrics.BY_KEY));
    }

    /** The many cost hardly more than the few. */
    private static Target growth(String what, String suite, Metric metric) {
        return new Target(
                what, new Term(suite + "/1000000", metric), new Term(suite + "/10000", metric), Bound.atLeast(0.9));
    }

    /** A batch with poison costs one more pass at most. */
    private static Target poison(String what, String workload) {
        return new Target(
                what,
                new Term(PoisonSuite.NAME + "/" + workload, Metrics.EVENTS),
                new Term(PoisonSuite.NAME + "/" + PoisonSuite.NONE, Metrics.EVENTS),
                Bound.atLeast(0.5));
    }

    private static Term kafka(String workload, Metric metric) {
        return new Term(KafkaSuite.NAME + "/" + workload, metric);
    }

    private static Term http(String workload, Metric metric) {
        return new Term(HttpSuite.NAME + "/" + workload, metric);
    }

    private static Term rebuild(String workload) {
        return new Term(RebuildSuite.NAME + "/" + workload, Metrics.EVENTS);
    }
}
