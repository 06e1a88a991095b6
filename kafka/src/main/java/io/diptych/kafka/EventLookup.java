package io.diptych.kafka;

import io.diptych.message.LogRecord;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads records by their offsets, with a few consumers that are made when they are first needed. */
final class EventLookup implements AutoCloseable {

    private static final int CONSUMERS = 4;

    /** Enough for many small records at once, and not much to throw away for a single one. */
    private static final int BYTES_PER_FETCH = 64 * 1024;

    /** A record that is no farther ahead has probably been fetched with the one before. */
    private static final long NEAR = 100;

    private static final Duration POLL = Duration.ofMillis(100);

    private final Map<String, Object> properties;
    private final Semaphore free = new Semaphore(CONSUMERS);
    private final Deque<KafkaConsumer<byte[], byte[]>> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    EventLookup(KafkaSettings settings) {
        this.properties = settings.consumer();
        properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, BYTES_PER_FETCH);
        properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 5); // A fetch ahead must not hold up the next seek.
        properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, (int) NEAR);
    }

    /** Takes a record; says whether it wants more. */
    interface Taker {
        boolean take(LogRecord record);
    }

    /**
     * Hands over the records at these ascending offsets until the taker has enough.
     *
     * @param deadline in the time of {@link System#nanoTime}
     * @throws ProblemException when they are not read by then
     */
    void read(TopicPartition partition, List<Long> offsets, long deadline, Taker taker) {
        if (offsets.isEmpty()) {
            return;
        }
        if (!acquire(deadline)) {
            throw late(partition, "all " + CONSUMERS + " readers of this gateway are busy");
        }
        try {
            KafkaConsumer<byte[], byte[]> consumer = idle.pollFirst();
            consumer = consumer != null ? consumer : open();
            boolean sound = false;
            try {
                read(consumer, partition, offsets, deadline, taker);
                sound = true;
            } finally {
                giveBack(consumer, sound);
            }
        } catch (KafkaException e) {
            throw late(partition, e.toString());
        } finally {
            free.release();
        }
    }

    private static void read(
            KafkaConsumer<byte[], byte[]> consumer,
            TopicPartition partition,
            List<Long> offsets,
            long deadline,
            Taker taker) {
        consumer.assign(List.of(partition));
        int next = 0;
        long position = Long.MIN_VALUE;
        while (next < offsets.size()) {
            long wanted = offsets.get(next);
            if (wanted < position || wanted > position + NEAR) {
                consumer.seek(partition, wanted);
                position = wanted;
            }
            if (System.nanoTime() > deadline) {
                throw late(partition, "the event at offset [" + wanted + "] was not read in time");
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL).records(partition)) {
                position = record.offset() + 1;
                if (next == offsets.size() || record.offset() < offsets.get(next)) {
                    continue;
                }
                if (record.offset() > offsets.get(next)) {
                    throw new IllegalStateException(
                            "There is no event at [" + partition + "] offset [" + offsets.get(next) + "]");
                }
                next++;
                if (!taker.take(new KafkaRecord(record))) {
                    return;
                }
            }
        }
    }

    private boolean acquire(long deadline) {
        try {
            return free.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private KafkaConsumer<byte[], byte[]> open() {
        var bytes = new ByteArrayDeserializer();
        return new KafkaConsumer<>(properties, bytes, bytes);
    }

    private void giveBack(KafkaConsumer<byte[], byte[]> consumer, boolean sound) {
        if (sound && !closed) {
            idle.addFirst(consumer);
        } else {
            consumer.close(CloseOptions.timeout(Duration.ZERO));
        }
        if (closed) {
            closeIdle();
        }
    }

    private static ProblemException late(TopicPartition partition, String why) {
        return Problem.Type.UNAVAILABLE.exception(
                "Events on [" + partition + "] cannot be read now: " + why + ". Try again");
    }

    @Override
    public void close() {
        closed = true;
        closeIdle();
    }

    private void closeIdle() {
        for (var consumer = idle.pollFirst(); consumer != null; consumer = idle.pollFirst()) {
            consumer.close(CloseOptions.timeout(Duration.ZERO));
        }
    }
}
