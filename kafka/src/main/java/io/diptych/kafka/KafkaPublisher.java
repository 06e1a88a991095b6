package io.diptych.kafka;

import io.diptych.message.NewRecord;
import io.diptych.message.internal.Backoff;
import io.diptych.message.internal.LogException;
import io.diptych.message.internal.OutgoingRecords;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what a store keeps for Kafka, in order, with a thread of its own. Every node may have one: the store lets one at
 * a time. A record is sent at least once; twice only when a failure came between sending and the store's forgetting it.
 */
public final class KafkaPublisher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaPublisher.class);

    private static final int RECORDS_AT_ONCE = 1_000;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final KafkaProducer<byte[], byte[]> producer;
    private final OutgoingRecords records;
    private final Backoff backoff = new Backoff(BETWEEN_LOOKS, LONGEST_PAUSE);
    private final WorkerThread thread;
    private volatile boolean closed;

    private KafkaPublisher(KafkaSettings settings, OutgoingRecords records) {
        this.producer = new KafkaProducer<>(settings.publisher(), new ByteArraySerializer(), new ByteArraySerializer());
        this.records = records;
        // A park is ended by an interrupt of the closing thread at the latest.
        this.thread = new WorkerThread("publisher", this::step, () -> closed = true, this::end);
    }

    /** Starts. The topics must exist. */
    public static KafkaPublisher start(KafkaSettings settings, OutgoingRecords records) {
        return new KafkaPublisher(settings, records);
    }

    private void step() {
        try {
            int sent = records.send(RECORDS_AT_ONCE, this::send);
            backoff.reset();
            if (sent == 0 && !closed) {
                LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
            }
        } catch (RuntimeException e) {
            LOG.warn("Records wait to be published: {}: trying again in {}", e.getMessage(), backoff);
            LockSupport.parkNanos(backoff.next().toNanos());
        }
    }

    private void send(List<NewRecord> batch) {
        List<Future<RecordMetadata>> sent = new ArrayList<>(batch.size());
        try {
            batch.forEach(record -> sent.add(producer.send(KafkaRecord.toProducer(record))));
            for (Future<RecordMetadata> one : sent) {
                one.get();
            }
        } catch (ExecutionException | KafkaException e) {
            throw new LogException("Kafka did not take a record: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LogException("The node stops", e);
        }
    }

    private void end() {
        producer.close(Duration.ofMillis(500));
    }

    @Override
    public void close() {
        thread.close();
    }
}
