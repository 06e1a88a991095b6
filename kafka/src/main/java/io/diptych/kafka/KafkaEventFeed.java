package io.diptych.kafka;

import io.diptych.message.LogRecord;
import io.diptych.message.internal.LogException;
import io.diptych.message.internal.OwnershipListener;
import io.diptych.projection.internal.EventFeed;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** One projection's share of an event topic. Positions come from the read model's store; the group only shares out. */
final class KafkaEventFeed implements EventFeed {

    private final String topic;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Ownership ownership;
    private final Map<Integer, Long> next = new HashMap<>();
    private int partitions;

    KafkaEventFeed(KafkaSettings settings, String topic, String group, int maxEvents) {
        this.topic = topic;
        var bytes = new ByteArrayDeserializer();
        this.consumer = new KafkaConsumer<>(settings.eventConsumer(group, maxEvents), bytes, bytes);
        this.ownership = new Ownership(consumer, topic, new NodeIdentity(settings, group));
    }

    @Override
    public List<LogRecord> poll(Duration maxWait, OwnershipListener listener) {
        try {
            ConsumerRecords<byte[], byte[]> records = ownership.records(maxWait, new Placing(listener));
            records.nextOffsets().forEach((at, offset) -> next.put(at.partition(), offset.offset()));
            return KafkaRecord.all(records);
        } catch (KafkaException e) {
            throw new LogException("Kafka could not read events: " + e.getMessage(), e);
        }
    }

    /** Ends a poll that waits; for any thread. */
    void wakeup() {
        ownership.wakeup();
    }

    @Override
    public void seek(int partition, long offset) {
        next.put(partition, offset);
        consumer.seek(at(partition), offset);
    }

    @Override
    public void pause(int partition) {
        consumer.pause(List.of(at(partition)));
    }

    @Override
    public void resume(int partition) {
        consumer.resume(List.of(at(partition)));
    }

    @Override
    public long next(int partition) {
        return next.getOrDefault(partition, 0L);
    }

    @Override
    public int partitions() {
        if (partitions == 0) {
            try {
                partitions = consumer.partitionsFor(topic).size();
            } catch (KafkaException e) {
                throw new LogException("Kafka could not tell the partitions of [" + topic + "]: " + e.getMessage(), e);
            }
        }
        return partitions;
    }

    @Override
    public long behind(int partition) {
        return consumer.currentLag(at(partition)).orElse(-1);
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    }

    private TopicPartition at(int partition) {
        return new TopicPartition(topic, partition);
    }

    /**
     * Gives each partition a position before the client looks for the group's: where to go on is told later, and an
     * answer to the client's own question, which another of its threads takes, may otherwise come after that and set the
     * position back.
     */
    private final class Placing implements OwnershipListener {

        private final OwnershipListener then;

        Placing(OwnershipListener then) {
            this.then = then;
        }

        @Override
        public void assigned(Collection<Integer> partitions) {
            partitions.forEach(partition -> consumer.seek(at(partition), 0));
            then.assigned(partitions);
        }

        @Override
        public void revoked(Collection<Integer> partitions) {
            then.revoked(partitions);
        }
    }
}
