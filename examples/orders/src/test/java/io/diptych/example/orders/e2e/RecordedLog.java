package io.diptych.example.orders.e2e;

import io.diptych.message.Header;
import io.diptych.message.LogRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads a topic from its beginning to its end, as any Kafka client could. */
final class RecordedLog {

    private RecordedLog() {}

    private record Read(ConsumerRecord<byte[], byte[]> record) implements LogRecord {
        @Override
        public String topic() {
            return record.topic();
        }

        @Override
        public int partition() {
            return record.partition();
        }

        @Override
        public long offset() {
            return record.offset();
        }

        @Override
        public byte @Nullable [] key() {
            return record.key();
        }

        @Override
        public byte @Nullable [] value() {
            return record.value();
        }

        @Override
        public byte @Nullable [] header(String name) {
            var header = record.headers().lastHeader(name);
            return header == null ? null : header.value();
        }

        @Override
        public List<Header> headers() {
            return StreamSupport.stream(record.headers().spliterator(), false)
                    .map(header -> new Header(header.key(), header.value()))
                    .toList();
        }
    }

    /** All committed records. */
    static List<LogRecord> read(String bootstrapServers, String topic) {
        List<LogRecord> all = new ArrayList<>();
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(topic, p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(500)).forEach(record -> all.add(new Read(record)));
            }
        }
        return all;
    }
}
