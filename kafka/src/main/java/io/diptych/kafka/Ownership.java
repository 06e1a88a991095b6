package io.diptych.kafka;

import io.diptych.message.LogRecord;
import io.diptych.message.internal.OwnershipListener;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/** Polls a group member and passes on which partitions of its one topic it owns; new ones are paused first. */
final class Ownership implements ConsumerRebalanceListener {

    private final KafkaConsumer<byte[], byte[]> consumer;
    private @Nullable OwnershipListener listener;

    Ownership(KafkaConsumer<byte[], byte[]> consumer) {
        this.consumer = consumer;
    }

    /** Records, or none when woken up. */
    List<LogRecord> poll(Duration maxWait, OwnershipListener toTell) {
        return KafkaRecord.all(records(maxWait, toTell));
    }

    /** The same as the consumer has them, with the offsets it goes on from. */
    ConsumerRecords<byte[], byte[]> records(Duration maxWait, OwnershipListener toTell) {
        listener = toTell;
        try {
            return consumer.poll(maxWait);
        } catch (WakeupException e) {
            return ConsumerRecords.empty();
        }
    }

    /**
     * Gives each a position before the client looks for one: where to go on is told later, and an answer to the client's
     * own question, which another of its threads takes, may otherwise come after that and set the position back.
     */
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
        consumer.pause(assigned);
        assigned.forEach(partition -> consumer.seek(partition, 0));
        if (listener != null) {
            listener.assigned(numbers(assigned));
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
        if (listener != null) {
            listener.revoked(numbers(revoked));
        }
    }

    private static List<Integer> numbers(Collection<TopicPartition> partitions) {
        return partitions.stream().map(TopicPartition::partition).toList();
    }
}
