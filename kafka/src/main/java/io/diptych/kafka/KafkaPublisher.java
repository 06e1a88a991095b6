package io.diptych.kafka;

import io.diptych.message.NewRecord;
import io.diptych.message.internal.Backoff;
import io.diptych.message.internal.LogException;
import io.diptych.message.internal.OutgoingRecords;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what a store keeps for Kafka, in order, with a thread of its own. Every node may have one: the store lets one at
 * a time. A record is sent at least once; twice only when a failure came between sending and the store's forgetting it.
 *
 * <p>All of an app have one transactional id, so that whoever begins to send ends what another was about to send: a
 * record that comes late would otherwise stand on a compacted topic as the last of its key, for good.
 */
public final class KafkaPublisher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaPublisher.class);

    private static final int RECORDS_AT_ONCE = 1_000;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final Map<String, Object> properties;
    private final OutgoingRecords records;
    private final Backoff backoff = new Backoff(BETWEEN_LOOKS, LONGEST_PAUSE);
    private final WorkerThread thread;
    private final Transactions transactions = new Transactions();
    private volatile boolean closed;

    /** Of the thread alone; null until there is something to send, and after a failure. */
    private @Nullable KafkaProducer<byte[], byte[]> producer;

    private KafkaPublisher(String app, KafkaSettings settings, OutgoingRecords records) {
        this.properties = settings.publisher(TransactionalIds.publisher(app));
        this.records = records;
        // A park is ended by an interrupt of the closing thread at the latest.
        this.thread = new WorkerThread("publisher", this::step, () -> closed = true, this::end);
    }

    /** Starts. The topics must exist. */
    public static KafkaPublisher start(String app, KafkaSettings settings, OutgoingRecords records) {
        return new KafkaPublisher(app, settings, records);
    }

    private void step() {
        try {
            int sent = records.send(RECORDS_AT_ONCE, transactions);
            backoff.reset();
            if (sent == 0 && !closed) {
                LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
            }
        } catch (RuntimeException e) {
            LOG.warn("Records wait to be published: {}: trying again in {}", e.getMessage(), backoff);
            LockSupport.parkNanos(backoff.next().toNanos());
        }
    }

    private final class Transactions implements OutgoingRecords.Sender {
        @Override
        public void begin(boolean othersHaveSent) {
            try {
                if (othersHaveSent) {
                    discard();
                }
                producer();
            } catch (KafkaException e) {
                discard();
                throw new LogException("Kafka does not let this node publish: " + e.getMessage(), e);
            }
        }

        /** Never tried again here: whoever was ended meanwhile must not send what it has read before. */
        @Override
        public void send(List<NewRecord> batch) {
            try {
                transact(producer(), batch);
            } catch (ExecutionException | KafkaException e) {
                discard();
                throw new LogException("Kafka did not take a record: " + e.getMessage(), e);
            } catch (InterruptedException e) {
                discard();
                Thread.currentThread().interrupt();
                throw new LogException("The node stops", e);
            }
        }
    }

    private static void transact(KafkaProducer<byte[], byte[]> producer, List<NewRecord> batch)
            throws ExecutionException, InterruptedException {
        producer.beginTransaction();
        List<Future<RecordMetadata>> sent = new ArrayList<>(batch.size());
        for (NewRecord record : batch) {
            sent.add(producer.send(KafkaRecord.toProducer(record)));
        }
        CommitOfAll.commit(producer);
        for (Future<RecordMetadata> one : sent) {
            one.get();
        }
    }

    /** The one that is there, or one that ends all others. */
    private KafkaProducer<byte[], byte[]> producer() {
        KafkaProducer<byte[], byte[]> own = producer;
        if (own == null) {
            own = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
            producer = own;
            own.initTransactions();
        }
        return own;
    }

    /** What is under way is ended by whoever begins next. */
    private void discard() {
        KafkaProducer<byte[], byte[]> own = producer;
        producer = null;
        if (own != null) {
            own.close(Duration.ZERO);
        }
    }

    private void end() {
        KafkaProducer<byte[], byte[]> own = producer;
        if (own != null) {
            own.close(Duration.ofMillis(500));
        }
    }

    @Override
    public void close() {
        thread.close();
    }
}
