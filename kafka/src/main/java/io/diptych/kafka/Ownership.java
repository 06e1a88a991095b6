package io.diptych.kafka;

import io.diptych.message.LogRecord;
import io.diptych.message.internal.LogException;
import io.diptych.message.internal.OwnershipListener;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Polls a group member and passes on which partitions of its one topic it owns; new ones are paused first.
 *
 * <p>A member whose name another process has taken owns nothing any more and stays out of the group: it would take the
 * name back, and be replaced in turn, for ever. It joins again once nobody has the name.
 */
final class Ownership implements ConsumerRebalanceListener {

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final String topic;
    private final NodeIdentity identity;
    private final Semaphore woken = new Semaphore(0);
    private @Nullable OwnershipListener listener;
    private volatile boolean joined;
    private volatile boolean replaced;

    Ownership(KafkaConsumer<byte[], byte[]> consumer, String topic, NodeIdentity identity) {
        this.consumer = consumer;
        this.topic = topic;
        this.identity = identity;
        consumer.subscribe(List.of(topic), this);
    }

    /**
     * Records, or none when woken up.
     *
     * @throws LogException when another process has this node's name
     */
    List<LogRecord> poll(Duration maxWait, OwnershipListener toTell) {
        return KafkaRecord.all(records(maxWait, toTell));
    }

    /** The same as the consumer has them, with the offsets it goes on from. */
    ConsumerRecords<byte[], byte[]> records(Duration maxWait, OwnershipListener toTell) {
        listener = toTell;
        try {
            if (!replaced) {
                return consumer.poll(maxWait);
            }
        } catch (WakeupException e) {
            return ConsumerRecords.empty();
        } catch (FencedInstanceIdException e) {
            replaced = true;
        }
        return stayOut(maxWait);
    }

    /** Ends a poll that waits; for any thread. */
    void wakeup() {
        consumer.wakeup();
        woken.release();
    }

    /**
     * Asks Kafka, once this process has been in the group. For any thread.
     *
     * @param memberId this process's in the group, as far as it knows
     * @throws LogException when another process has this node's name, or may have
     */
    void requireName(String memberId) {
        if (replaced) {
            throw identity.taken();
        }
        String holder = joined ? identity.holder() : null;
        if (holder != null && !holder.equals(memberId)) {
            throw identity.unsettled();
        }
    }

    private ConsumerRecords<byte[], byte[]> stayOut(Duration maxWait) {
        if (!consumer.subscription().isEmpty()) {
            consumer.unsubscribe(); // Tells the listener as well.
            throw identity.taken();
        }
        try {
            boolean wokenUp = woken.tryAcquire(maxWait.toMillis(), TimeUnit.MILLISECONDS);
            woken.drainPermits();
            if (wokenUp) {
                return ConsumerRecords.empty();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LogException("Interrupted while another process has this node's id", e);
        }
        if (identity.holder() != null) {
            throw identity.taken();
        }
        consumer.subscribe(List.of(topic), this);
        joined = false;
        replaced = false;
        return ConsumerRecords.empty();
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
        joined = true;
        consumer.pause(assigned);
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
