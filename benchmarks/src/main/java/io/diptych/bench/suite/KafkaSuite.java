package io.diptych.bench.suite;

import static io.diptych.bench.suite.Metrics.THROUGHPUT;
import static io.diptych.bench.suite.Metrics.latency;

import io.diptych.TopicNames;
import io.diptych.bench.ceiling.PingPong;
import io.diptych.bench.ceiling.TransactionalCopy;
import io.diptych.bench.load.KafkaLoad.Topics;
import io.diptych.bench.run.Suite;
import io.diptych.bench.run.Workload;
import io.diptych.bench.suite.KafkaWorkload.Measured;
import java.util.List;

/** Commands from a topic to events and replies on others. */
final class KafkaSuite {

    static final String NAME = "kafka";
    static final String COPY = "transactional-copy";
    static final String PING_PONG = "ping-pong";
    static final String DIPTYCH = "diptych";
    static final String STREAMS = "kafka-streams";
    static final String STREAMS_TUNED = "kafka-streams-tuned";

    private KafkaSuite() {}

    static Suite of(Context context) {
        return new Suite(
                NAME,
                "Commands through Kafka: command record in, event and reply committed",
                true,
                List.of(THROUGHPUT, latency(1000, 50), latency(1000, 99)),
                List.of(
                        copy(context),
                        pingPong(context),
                        diptych(context),
                        streams(context, false),
                        streams(context, true)));
    }

    private static Workload copy(Context context) {
        var topics = new Topics("copy-commands", "copy-events", "copy-replies");
        return new KafkaWorkload(
                COPY,
                "ceiling: each record copied to two topics in transactions, not decoded",
                Measured.THROUGHPUT_ONLY,
                topics,
                true,
                (bed, t) ->
                        bed.start(COPY, TransactionalCopy.class, bed.kafka(), t.commands(), t.events(), t.replies()),
                context);
    }

    private static Workload pingPong(Context context) {
        var topics = new Topics("ping", "pong", "pong");
        return new KafkaWorkload(
                PING_PONG,
                "floor: each record sent back at once, without transactions",
                Measured.LATENCY_ONLY,
                topics,
                true,
                (bed, t) -> bed.start(PING_PONG, PingPong.class, bed.kafka(), t.commands(), t.replies()),
                context);
    }

    private static Workload diptych(Context context) {
        var topics = new Topics(
                TopicNames.commands(NAME, Nodes.AGGREGATE),
                TopicNames.events(NAME, Nodes.AGGREGATE),
                "replies-diptych");
        return new KafkaWorkload(
                DIPTYCH,
                "the command engine of one node",
                Measured.BOTH,
                topics,
                false,
                (bed, t) -> Nodes.start(bed, NAME, "--roles", "command"),
                context);
    }

    private static Workload streams(Context context, boolean tuned) {
        String name = tuned ? STREAMS_TUNED : STREAMS;
        var topics = new Topics(name + "-commands", name + "-events", name + "-replies");
        return new KafkaWorkload(
                name,
                tuned
                        ? "rival: Kafka Streams, exactly_once_v2, RocksDB, committing every 5 ms"
                        : "rival: Kafka Streams, exactly_once_v2, RocksDB, default commit interval (100 ms)",
                Measured.BOTH,
                topics,
                true,
                (bed, t) -> bed.startRival(
                        "kafka-streams",
                        name,
                        "io.diptych.bench.rival.streams.OrderStreams",
                        List.of(
                                bed.kafka(),
                                name,
                                t.commands(),
                                t.events(),
                                bed.dir().resolve(name).toString(),
                                tuned ? "tuned" : "default")),
                context);
    }
}
