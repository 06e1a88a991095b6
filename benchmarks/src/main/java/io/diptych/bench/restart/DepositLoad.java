package io.diptych.bench.restart;

import io.diptych.TopicNames;
import io.diptych.bench.bed.Child;
import io.diptych.message.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongUnaryOperator;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends deposits to an app and sees what became of them. */
final class DepositLoad implements AutoCloseable {

    private final String app;
    private final String kafka;
    private final KafkaProducer<byte[], byte[]> producer;
    private long sent;

    DepositLoad(String app, String kafka) {
        this.app = app;
        this.kafka = kafka;
        Map<String, Object> properties = Map.of(
                "bootstrap.servers",
                kafka,
                "linger.ms",
                5,
                "batch.size",
                64 * 1024,
                "acks",
                "all",
                "request.timeout.ms",
                60_000);
        this.producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** All that were sent to the app so far. */
    long sent() {
        return sent;
    }

    /** Sends that many deposits of 1, each to the account that its number gives. */
    void send(long count, LongUnaryOperator account) {
        var failure = new AtomicReference<Exception>();
        for (long i = 0; i < count; i++) {
            Future<RecordMetadata> unused = producer.send(deposit(account.applyAsLong(i)), (stored, e) -> {
                if (e != null) {
                    failure.set(e);
                }
            });
        }
        producer.flush();
        if (failure.get() != null) {
            throw new IllegalStateException("Not all commands were stored", failure.get());
        }
        sent += count;
    }

    private ProducerRecord<byte[], byte[]> deposit(long number) {
        String account = "a-" + number;
        byte[] body = ("{\"account\":\"" + account + "\",\"amount\":1}").getBytes(StandardCharsets.UTF_8);
        var record = new ProducerRecord<>(
                TopicNames.commands(app, Accounts.AGGREGATE), account.getBytes(StandardCharsets.UTF_8), body);
        record.headers().add(Headers.TYPE, "Deposit".getBytes(StandardCharsets.UTF_8));
        return record;
    }

    /** Sends one deposit and waits until its event is there; returns when that was, by the nano clock. */
    long sendOneAndAwait(Duration patience, Child node) throws InterruptedException {
        try (Committed events = events()) {
            long before = events.countAll();
            send(1, i -> 0);
            return events.awaitMore(before, 1, patience, node);
        }
    }

    /** The app's committed events. */
    Committed events() {
        return new Committed(TopicNames.events(app, Accounts.AGGREGATE), kafka);
    }

    @Override
    public void close() {
        producer.close();
    }

    /** Counts the committed records of a topic. */
    static final class Committed implements AutoCloseable {

        private final KafkaConsumer<byte[], byte[]> consumer;
        private final List<TopicPartition> partitions;
        private long count;

        Committed(String topic, String kafka) {
            var properties = new HashMap<String, Object>();
            properties.put("bootstrap.servers", kafka);
            properties.put("isolation.level", "read_committed");
            properties.put("allow.auto.create.topics", false);
            properties.put("max.poll.records", 50_000);
            properties.put("fetch.max.bytes", 16 << 20);
            consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
            partitions = consumer.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(topic, p.partition()))
                    .toList();
            consumer.assign(partitions);
        }

        /** Leaves out what is there now. */
        void skipAll() {
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position);
            count = 0;
        }

        /** Everything that is there, from the beginning. */
        long countAll() {
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
            count = 0;
            while (partitions.stream().anyMatch(p -> consumer.position(p) < end.getOrDefault(p, 0L))) {
                count += consumer.poll(Duration.ofMillis(200)).count();
            }
            return count;
        }

        /** Waits for as many more; returns when the last came, by the nano clock. */
        long awaitMore(long before, long more, Duration patience, Child node) throws InterruptedException {
            long deadline = System.nanoTime() + patience.toNanos();
            count = before;
            while (count < before + more) {
                count += consumer.poll(Duration.ofMillis(100)).count();
                node.requireAlive();
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            "After " + patience + " there are " + (count - before) + " of " + more + " events");
                }
            }
            long now = System.nanoTime();
            if (count != before + more) {
                throw new IllegalStateException("There are " + (count - before) + " events, not " + more);
            }
            return now;
        }

        /** For each account the number of its events, checked to have versions without a gap. */
        Map<ByteBuffer, Long> versions() {
            var versions = new HashMap<ByteBuffer, Long>();
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(p -> consumer.position(p) < end.getOrDefault(p, 0L))) {
                for (var event : consumer.poll(Duration.ofMillis(200))) {
                    long version = versions.merge(ByteBuffer.wrap(event.key()), 1L, Long::sum);
                    var header = event.headers().lastHeader(Headers.SEQUENCE);
                    if (header == null
                            || Long.parseLong(new String(header.value(), StandardCharsets.US_ASCII)) != version) {
                        throw new IllegalStateException("The event at [" + event.topic() + "/" + event.partition() + "/"
                                + event.offset() + "] should have version " + version);
                    }
                }
            }
            return versions;
        }

        @Override
        public void close() {
            consumer.close();
        }
    }
}
