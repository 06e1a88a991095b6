package io.diptych.bench.suite;

import io.diptych.bench.run.Suite;
import io.diptych.bench.run.Workload;
import java.util.List;

/** Whole systems over HTTP: 64 callers in a closed loop, commands until they are visible, queries. */
final class HttpSuite {

    static final String NAME = "http";
    static final String ECHO = "echo";
    static final String DIPTYCH = "diptych";
    static final String SPRING = "spring-outbox";
    static final String AXON = "axon";
    static final String PEKKO = "pekko";

    private HttpSuite() {}

    static Suite of(Context context) {
        return new Suite(
                NAME,
                "Over HTTP, with the read model on: 64 callers in a closed loop, and 200 commands/s until visible",
                true,
                List.of(Metrics.CLOSED_LOOP, Metrics.VISIBLE_P50, Metrics.VISIBLE_P99, Metrics.BEHIND),
                List.of(
                        new EchoWorkload(context),
                        diptych(context),
                        rival(
                                SPRING,
                                "rival: Spring Boot, JPA, outbox, @KafkaListener, all on one PostgreSQL and the broker",
                                context),
                        rival(
                                AXON,
                                "rival: Axon Framework, its event store, tokens and rows on JPA, pooled streaming processor",
                                context),
                        rival(
                                PEKKO,
                                "rival: Pekko Persistence in cluster sharding, Projection in groups, both on JDBC",
                                context)));
    }

    private static Workload diptych(Context context) {
        return new HttpWorkload(
                DIPTYCH,
                "one node with all roles",
                NAME + ".",
                true,
                (bed, jdbcUrl) -> Nodes.start(bed, NAME, "--postgres", jdbcUrl),
                context);
    }

    /** Each has the same arguments: where Kafka and its database are. */
    private static Workload rival(String name, String description, Context context) {
        return new HttpWorkload(
                name,
                description,
                "",
                false,
                (bed, jdbcUrl) -> bed.startRival(
                        name,
                        name,
                        "io.diptych.bench.rival." + name.split("-")[0] + ".Main",
                        List.of(bed.kafka(), jdbcUrl)),
                context);
    }
}
