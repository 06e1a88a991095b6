package io.diptych.kafka.checkpoint;

import io.diptych.command.internal.AggregateStore.Place;
import io.diptych.command.internal.SnapshotPosition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The snapshot topic of one aggregate. What a flush writes to the local disk is published here first, in a transaction
 * with the position that it is at; so an owner's disk never knows more than the topic, and an owner that starts from
 * any disk publishes all that changed since.
 *
 * <p>The transaction carries the membership in the group that owns the partitions: a former owner's is refused.
 */
public final class Snapshots implements AutoCloseable {

    /** Records that a position is looked for among at the end of the topic before all of it is read. */
    private static final int TAIL = 1_000;

    private static final Duration CLOSING = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String topic;
    private final Supplier<KafkaProducer<byte[], byte[]>> producers;
    private final Supplier<KafkaConsumer<byte[], byte[]>> consumers;
    private final ToLongFunction<TopicPartition> ends;
    private final Supplier<ConsumerGroupMetadata> membership;
    private @Nullable KafkaProducer<byte[], byte[]> producer;
    private @Nullable KafkaConsumer<byte[], byte[]> consumer;
    private boolean reading;

    /**
     * Connects to nothing yet.
     *
     * @param producers makes transactional producers, all of one name
     * @param consumers makes consumers of committed records that belong to no group
     * @param ends tells the end of a partition, what is not committed included
     * @param membership of this node in the group that owns the partitions, as it is now; for any thread
     */
    public Snapshots(
            String topic,
            Supplier<KafkaProducer<byte[], byte[]>> producers,
            Supplier<KafkaConsumer<byte[], byte[]>> consumers,
            ToLongFunction<TopicPartition> ends,
            Supplier<ConsumerGroupMetadata> membership) {
        this.topic = topic;
        this.producers = producers;
        this.consumers = consumers;
        this.ends = ends;
        this.membership = membership;
    }

    /**
     * Publishes changed aggregates, all of them or none.
     *
     * @param as the membership at a time when this node owned the partition: it is refused once another may own it
     * @param position where that brings the topic
     * @throws KafkaException when Kafka is away or this node does not own the partition any more
     */
    synchronized void publish(
            SnapshotRecords form,
            int partition,
            List<Row> rows,
            List<Place> places,
            SnapshotPosition position,
            ConsumerGroupMetadata as) {
        var to = new TopicPartition(topic, partition);
        try {
            KafkaProducer<byte[], byte[]> ready = ready();
            ready.beginTransaction();
            rows.forEach(row -> ready.send(form.state(to, row)));
            form.events(to, places).forEach(ready::send);
            Future<RecordMetadata> unused = ready.send(form.position(to, position));
            // Or the client may commit without the last records: see CommitOfAll. A failed send fails the commit.
            ready.flush();
            ready.sendOffsetsToTransaction(Map.of(to, new OffsetAndMetadata(position.nextEvent())), as);
            ready.commitTransaction();
        } catch (KafkaException e) {
            endProducer();
            throw e;
        }
    }

    /** Of this node, now. */
    ConsumerGroupMetadata membership() {
        return membership.get();
    }

    /** Whether the states of some partition are being read. */
    boolean isReading() {
        return reading;
    }

    /**
     * Whether nothing is open that a former owner may still commit. Before that the topic cannot be begun with, nor
     * published to: what can be read may end within a publication, and what is committed late may be newer. Not while
     * {@link #isReading}.
     */
    boolean isSettled(int partition) {
        var of = new TopicPartition(topic, partition);
        return end(assigned(of), of) == ends.applyAsLong(of);
    }

    /** The last position in the topic; null when it has none. Not while {@link #isReading}. */
    @Nullable
    SnapshotPosition position(SnapshotRecords form, int partition) {
        var from = new TopicPartition(topic, partition);
        KafkaConsumer<byte[], byte[]> ready = assigned(from);
        long end = end(ready, from);
        long tail = Math.max(0, end - TAIL);
        SnapshotPosition last = lastPosition(ready, from, form, tail, end);
        // Only what aborted transactions leave can push the last position out of the tail.
        return last != null || tail == 0 ? last : lastPosition(ready, from, form, 0, tail);
    }

    private static @Nullable SnapshotPosition lastPosition(
            KafkaConsumer<byte[], byte[]> consumer, TopicPartition from, SnapshotRecords form, long begin, long end) {
        SnapshotPosition last = null;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        consumer.seek(from, begin);
        while (consumer.position(from) < end) {
            for (var record : consumer.poll(Duration.ofMillis(100))) {
                if (form.read(record) instanceof SnapshotRecords.Content.Position(SnapshotPosition at)) {
                    last = at;
                    deadline = System.nanoTime() + PATIENCE.toNanos();
                }
            }
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("[" + from + "] gives no records");
            }
        }
        return last;
    }

    /** Begins to read all that was published of a partition. One at a time. */
    SnapshotReader read(SnapshotRecords form, int partition) {
        var from = new TopicPartition(topic, partition);
        KafkaConsumer<byte[], byte[]> ready = assigned(from);
        long end = end(ready, from);
        ready.seekToBeginning(Set.of(from));
        reading = true;
        return new SnapshotReader(ready, from, form, end, () -> reading = false);
    }

    private KafkaConsumer<byte[], byte[]> assigned(TopicPartition partition) {
        if (reading) {
            throw new IllegalStateException("The states of another partition are being read");
        }
        KafkaConsumer<byte[], byte[]> ready = consumer;
        if (ready == null) {
            ready = consumers.get();
            consumer = ready;
        }
        ready.assign(Set.of(partition));
        return ready;
    }

    private static long end(KafkaConsumer<?, ?> consumer, TopicPartition partition) {
        return consumer.endOffsets(Set.of(partition)).getOrDefault(partition, 0L);
    }

    private KafkaProducer<byte[], byte[]> ready() {
        KafkaProducer<byte[], byte[]> now = producer;
        if (now == null) {
            now = producers.get();
            producer = now;
            now.initTransactions();
        }
        return now;
    }

    /** The next {@link #publish} makes another. */
    private void endProducer() {
        KafkaProducer<byte[], byte[]> now = producer;
        producer = null;
        if (now != null) {
            now.close(CLOSING);
        }
    }

    @Override
    public synchronized void close() {
        endProducer();
        KafkaConsumer<byte[], byte[]> now = consumer;
        consumer = null;
        if (now != null) {
            now.close(CloseOptions.timeout(Duration.ZERO));
        }
    }
}
