package io.diptych.bench.ceiling;

import io.diptych.bench.subject.Subject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Copies each record of a topic to two others, exactly once and without looking into it: the most that anything which
 * writes an event and a reply for each command can do. Ends with its process.
 */
public final class TransactionalCopy {

    private static final int RECORDS_PER_TRANSACTION = 5000;

    private TransactionalCopy() {}

    /** The broker, the topic to read, the two to write. */
    public static void main(String[] args) {
        Subject.listen(Map.of());
        String kafka = args[0];
        var bytes = new ByteArraySerializer();
        try (var producer = new KafkaProducer<>(producer(kafka, args[1]), bytes, bytes);
                var consumer = new KafkaConsumer<>(
                        consumer(kafka, args[1]), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            producer.initTransactions();
            consumer.subscribe(List.of(args[1]));
            while (consumer.assignment().isEmpty()) {
                copy(consumer, producer, args[2], args[3]);
            }
            Subject.ready("", "");
            while (true) {
                copy(consumer, producer, args[2], args[3]);
            }
        }
    }

    private static void copy(
            KafkaConsumer<byte[], byte[]> consumer, KafkaProducer<byte[], byte[]> producer, String one, String other) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(200));
        if (records.isEmpty()) {
            return;
        }
        producer.beginTransaction();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            Future<RecordMetadata> unusedEvent = producer.send(copy(record, one));
            Future<RecordMetadata> unusedReply = producer.send(copy(record, other));
        }
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>(records.nextOffsets());
        producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
        producer.commitTransaction();
    }

    private static ProducerRecord<byte[], byte[]> copy(ConsumerRecord<byte[], byte[]> record, String topic) {
        return new ProducerRecord<>(topic, record.partition(), record.key(), record.value(), record.headers());
    }

    private static Map<String, Object> producer(String kafka, String topic) {
        return Map.of(
                "bootstrap.servers",
                kafka,
                "transactional.id",
                "copy-" + topic,
                "linger.ms",
                0,
                "batch.size",
                64 * 1024,
                "retry.backoff.ms",
                2);
    }

    private static Map<String, Object> consumer(String kafka, String topic) {
        return Map.of(
                "bootstrap.servers",
                kafka,
                "group.id",
                "copy-" + topic,
                "enable.auto.commit",
                false,
                "auto.offset.reset",
                "earliest",
                "isolation.level",
                "read_committed",
                "max.poll.records",
                RECORDS_PER_TRANSACTION);
    }
}
