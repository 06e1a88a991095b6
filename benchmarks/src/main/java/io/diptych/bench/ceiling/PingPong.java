package io.diptych.bench.ceiling;

import io.diptych.bench.subject.Subject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends each record of a topic to another at once, without transactions: the least time that a reply can take. */
public final class PingPong {

    private PingPong() {}

    /** The broker, the topic to read, the one to write. */
    public static void main(String[] args) {
        Subject.listen(Map.of());
        Map<String, Object> settings = Map.of("bootstrap.servers", args[0], "linger.ms", 0, "acks", "all");
        Map<String, Object> reading = Map.of(
                "bootstrap.servers", args[0], "auto.offset.reset", "earliest", "allow.auto.create.topics", false);
        var bytes = new ByteArraySerializer();
        try (var producer = new KafkaProducer<>(settings, bytes, bytes);
                var consumer = new KafkaConsumer<>(reading, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(args[1]).stream()
                    .map(p -> new TopicPartition(args[1], p.partition()))
                    .toList();
            consumer.assign(partitions);
            partitions.forEach(consumer::position);
            Subject.ready("", "");
            while (true) {
                for (ConsumerRecord<byte[], byte[]> ping : consumer.poll(Duration.ofSeconds(1))) {
                    Future<RecordMetadata> unused = producer.send(
                            new ProducerRecord<>(args[2], ping.partition(), ping.key(), ping.value(), ping.headers()));
                }
            }
        }
    }
}
