package io.diptych.bench.rival.streams;

import io.diptych.bench.subject.Subject;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.AppInfoParser;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Commands to events and replies, exactly once, with the orders in a persistent store (RocksDB) whose changelog is a
 * topic. Tuned for latency as its documentation says it is: a short commit interval, no waiting for larger batches, and
 * no long wait when the broker has not finished the last transaction.
 */
public final class OrderStreams {

    static final String ORDERS = "orders";
    static final String EVENTS = "to-events";
    static final String REPLIES = "to-replies";

    private OrderStreams() {}

    /** The broker, the application's id, the topics of commands and events, the state's folder, {@code default|tuned}. */
    public static void main(String[] args) {
        var streams = new KafkaStreams(topology(args[2], args[3]), settings(args));
        Subject.listen(Map.of());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(10))));
        streams.setStateListener((now, before) -> {
            if (now == KafkaStreams.State.RUNNING) {
                Subject.ready("", "Kafka Streams " + AppInfoParser.getVersion());
            } else if (now == KafkaStreams.State.ERROR) {
                Runtime.getRuntime().halt(1);
            }
        });
        streams.start();
    }

    private static Topology topology(String commands, String events) {
        Serde<byte[]> bytes = Serdes.ByteArray();
        StoreBuilder<KeyValueStore<String, Order>> orders = Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(ORDERS), Serdes.String(), Json.serde(Order.class))
                .withCachingEnabled();
        return new Topology()
                .addSource("commands", Serdes.String().deserializer(), bytes.deserializer(), commands)
                .addProcessor("decide", OrderProcessor::new, "commands")
                .addStateStore(orders, "decide")
                .addSink(EVENTS, events, Serdes.String().serializer(), bytes.serializer(), "decide")
                .addSink(
                        REPLIES,
                        (key, value, context) -> OrderProcessor.replyTopic(context.headers()),
                        Serdes.String().serializer(),
                        bytes.serializer(),
                        "decide");
    }

    private static Properties settings(String[] args) {
        var settings = new Properties();
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, args[1]);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, args[4]);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        if (args[5].equals("tuned")) {
            settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 5);
            settings.put(StreamsConfig.producerPrefix("linger.ms"), 0);
            settings.put(StreamsConfig.producerPrefix("retry.backoff.ms"), 2);
        }
        return settings;
    }
}
