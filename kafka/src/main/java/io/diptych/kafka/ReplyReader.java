package io.diptych.kafka;

import io.diptych.command.OwnerReply;
import io.diptych.message.Headers;
import io.diptych.message.Problem;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads one partition of the reply topic, from its end on, and hands each reply to who expects it. */
final class ReplyReader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReplyReader.class);
    private static final Duration POLL = Duration.ofSeconds(1);

    /** Nobody waits longer for a reply; one that comes later is passed over. */
    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(1);

    /** How many replies may be outstanding; beyond, the eldest is forgotten: its caller was answered long ago. */
    private static final int REMEMBERED = 20_000;

    /** Of a UUID as text. */
    private static final int PREFIX_LENGTH = 36;

    /** Of this process, by what the correlation ids that they give begin with. */
    private static final Map<String, ReplyReader> HERE = new ConcurrentHashMap<>();

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final PendingReplies expected = new PendingReplies(REMEMBERED, FORGOTTEN_AFTER, System::nanoTime);
    private final String prefix = UUID.randomUUID().toString();
    private final AtomicLong counter = new AtomicLong();
    private final WorkerThread thread;

    ReplyReader(KafkaSettings settings, String topic) {
        var bytes = new ByteArrayDeserializer();
        this.consumer = new KafkaConsumer<>(settings.consumer(), bytes, bytes);
        try {
            this.partition = new TopicPartition(topic, anyPartition(topic));
            consumer.assign(List.of(partition));
            consumer.seekToEnd(List.of(partition));
            // Finds the end now: a reply to the first command must not come before it.
            consumer.position(partition);
        } catch (RuntimeException e) {
            consumer.close(CloseOptions.timeout(Duration.ZERO));
            throw e;
        }
        this.thread = new WorkerThread(
                "reader of " + topic,
                this::read,
                consumer::wakeup,
                () -> consumer.close(CloseOptions.timeout(Duration.ZERO)));
        HERE.put(prefix, this);
    }

    /**
     * Hands a reply to its reader, if that is in this process: an owner beside it need not go by Kafka. What is to happen with
     * it does not happen on the calling thread.
     *
     * @return whether the reader is here
     */
    static boolean deliverHere(String correlationId, Arrived arrived) {
        ReplyReader reader =
                correlationId.length() > PREFIX_LENGTH ? HERE.get(correlationId.substring(0, PREFIX_LENGTH)) : null;
        if (reader == null) {
            return false;
        }
        CompletableFuture<Arrived> reply = reader.expected.get(correlationId);
        if (reply != null) {
            Thread.startVirtualThread(() -> reply.complete(arrived));
        }
        return true;
    }

    private int anyPartition(String topic) {
        int partitions = consumer.partitionsFor(topic).size();
        if (partitions == 0) {
            throw Problem.Type.UNAVAILABLE.exception("The topic [" + topic + "] does not exist yet");
        }
        return ThreadLocalRandom.current().nextInt(partitions);
    }

    /**
     * A reply as it arrived.
     *
     * @param handledAt when the owner wrote it, by its clock
     */
    record Arrived(OwnerReply reply, Instant handledAt) {}

    /** A reply that is to come. */
    record Expected(String correlationId, CompletableFuture<Arrived> reply) {
        /** None will come, for that reason. */
        void fail(RuntimeException reason) {
            reply.completeExceptionally(reason);
        }
    }

    int partition() {
        return partition.partition();
    }

    Expected expect() {
        String correlationId = prefix + '-' + counter.incrementAndGet();
        CompletableFuture<Arrived> reply = expected.add(correlationId);
        reply.whenComplete((done, failure) -> expected.remove(correlationId));
        return new Expected(correlationId, reply);
    }

    @Override
    public void close() {
        HERE.remove(prefix);
        thread.close();
        expected.cancel();
    }

    private void read() {
        expected.forgetOverdue();
        try {
            consumer.poll(POLL).forEach(this::deliver);
        } catch (WakeupException e) {
            LOG.debug("Woken up to end");
        } catch (KafkaException e) {
            LOG.warn("Replies cannot be read: {}", e.getMessage());
        }
    }

    private void deliver(ConsumerRecord<byte[], byte[]> record) {
        String correlationId = text(record, Headers.REPLY_CORRELATION_ID);
        var reply = expected.get(correlationId);
        if (reply == null) {
            return; // Another gateway's, or nobody waits for it any more.
        }
        try {
            Instant handledAt = Instant.parse(text(record, Headers.TIME));
            reply.complete(new Arrived(Replies.decode(record.value()), handledAt));
        } catch (RuntimeException e) {
            LOG.error("The reply at [{}] offset [{}] cannot be read", partition, record.offset(), e);
            reply.completeExceptionally(e);
        }
    }

    private static String text(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
