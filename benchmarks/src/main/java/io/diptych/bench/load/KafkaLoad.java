package io.diptych.bench.load;

import io.diptych.bench.bed.Child;
import io.diptych.message.Headers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Commands through Kafka to somebody who writes an event and a reply for each. */
public final class KafkaLoad implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int EVENTS_OF_A_PART = 50_000;
    private static final Duration REPLIES_WITHIN = Duration.ofSeconds(60);

    /**
     * Where they go and where the outcome comes.
     *
     * @param replies where somebody writes who answers; without decoding anything, a copy is an answer too
     */
    public record Topics(String commands, String events, String replies) {}

    /** What is sent. */
    public interface Command {

        /** Of the aggregate that it is for. */
        String key();

        /** Its name. */
        String type();

        /** The body as it is sent. */
        byte[] bytes();

        /** How many it leads to. */
        default int events() {
            return 1;
        }
    }

    /** What all events together are. */
    public record Stored(long events, long aggregates, long bytes) {}

    private final String kafka;
    private final Topics topics;
    private final LongFunction<? extends Command> commands;
    private final KafkaProducer<byte[], byte[]> bulk;
    private final KafkaProducer<byte[], byte[]> single;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong expected = new AtomicLong();

    /** Of the commands with the numbers 0, 1 and so on. */
    public KafkaLoad(String kafka, Topics topics, LongFunction<? extends Command> commands) {
        this.kafka = kafka;
        this.topics = topics;
        this.commands = commands;
        this.bulk = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        kafka,
                        "transactional.id",
                        "bench-" + UUID.randomUUID(),
                        "transaction.timeout.ms",
                        600_000,
                        "linger.ms",
                        5,
                        "batch.size",
                        128 * 1024),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.bulk.initTransactions();
        this.single = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka, "linger.ms", 0, "acks", "all"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** All commands that were sent so far. */
    public long sent() {
        return sent.get();
    }

    /**
     * Lets that many commands be seen at one moment, by the end of one transaction; returns the nanoseconds from then to
     * the last committed event. So nothing of what it takes to send them is in the time.
     */
    public long burst(int count, Child process) throws InterruptedException {
        return burst(count, () -> process);
    }

    /** The same, but for somebody who is started at that moment. */
    public long burst(int count, Supplier<Child> started) throws InterruptedException {
        try (var events = new TopicReader(kafka, topics.events());
                var replies = new TopicReader(kafka, topics.replies())) {
            events.seekToEnd();
            replies.seekToEnd();
            bulk.beginTransaction();
            long before = expected.get();
            for (int i = 0; i < count; i++) {
                Future<RecordMetadata> unused = bulk.send(record(sent.getAndIncrement(), i));
            }
            bulk.flush();
            long begun = System.nanoTime();
            bulk.commitTransaction();
            Child process = started.get();
            long ended = await(events, expected.get() - before, process, null);
            await(replies, count, process, KafkaLoad::requireAccepted);
            return ended - begun;
        }
    }

    /** Sends that many, in bursts that a transaction and those who read it cope with, and waits until all are handled. */
    public void send(long count, Child process) throws InterruptedException {
        for (long left = count; left > 0; ) {
            int most = Math.max(1, EVENTS_OF_A_PART / commands.apply(sent.get()).events());
            int part = (int) Math.min(most, left);
            long unused = burst(part, process);
            left -= part;
        }
    }

    /** What an open loop measured: from the moment a command was meant to be sent to its committed reply. */
    public Histogram openLoop(double perSecond, Duration warmUp, Duration duration) throws InterruptedException {
        var loop = new OpenLoop(perSecond, warmUp, duration);
        long first = sent.getAndAdd(loop.count());
        try (var replies = new TopicReader(kafka, topics.replies())) {
            replies.seekToEnd();
            Thread reader = Thread.ofPlatform().name("replies").start(() -> read(replies, loop));
            Callback failed = (stored, e) -> {
                if (e != null) {
                    loop.failed(new IllegalStateException("Kafka did not take a command", e));
                }
            };
            try {
                loop.run(i -> {
                    Future<RecordMetadata> unused = single.send(record(first + i, i), failed);
                });
            } finally {
                reader.join();
            }
        }
        loop.requireNoFailure();
        return loop.latencies();
    }

    private static void read(TopicReader replies, OpenLoop loop) {
        try {
            long count = 0;
            long last = System.nanoTime();
            while (count < loop.count()) {
                ConsumerRecords<byte[], byte[]> records = replies.poll();
                long now = System.nanoTime();
                for (ConsumerRecord<byte[], byte[]> reply : records) {
                    requireAccepted(reply);
                    loop.answered(number(reply), now);
                    count++;
                    last = now;
                }
                if (now - last > REPLIES_WITHIN.toNanos()) {
                    throw new IllegalStateException("After " + REPLIES_WITHIN.toSeconds()
                            + " s without any reply there are " + count + " of " + loop.count());
                }
            }
        } catch (RuntimeException e) {
            loop.failed(e);
        }
    }

    private static long number(ConsumerRecord<byte[], byte[]> reply) {
        Header number = reply.headers().lastHeader(Headers.REPLY_CORRELATION_ID);
        if (number == null) {
            throw new IllegalStateException(
                    "The reply at [" + place(reply) + "] does not say to which command it belongs");
        }
        return ByteBuffer.wrap(number.value()).getLong();
    }

    private static void requireAccepted(ConsumerRecord<byte[], byte[]> reply) {
        Header type = reply.headers().lastHeader(Headers.CONTENT_TYPE);
        if (type != null && new String(type.value(), StandardCharsets.US_ASCII).contains("problem")) {
            throw new IllegalStateException("A command was refused: the reply at [" + place(reply) + "] is "
                    + new String(reply.value(), StandardCharsets.UTF_8));
        }
    }

    private static String place(ConsumerRecord<byte[], byte[]> record) {
        return record.topic() + "/" + record.partition() + "/" + record.offset();
    }

    private interface Look {
        void at(ConsumerRecord<byte[], byte[]> record);
    }

    private static long await(TopicReader topic, long count, Child process, @Nullable Look look)
            throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long seen = 0;
        while (seen < count) {
            ConsumerRecords<byte[], byte[]> records = topic.poll();
            seen += records.count();
            if (look != null) {
                records.forEach(look::at);
            }
            if (records.isEmpty()) {
                process.requireAlive();
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("After " + PATIENCE.toSeconds() + " s there are " + seen + " of "
                            + count + " records in [" + topic.topic() + "]");
                }
            }
        }
        long ended = System.nanoTime();
        if (seen != count) {
            throw new IllegalStateException(
                    "There are " + seen + " records in [" + topic.topic() + "], not " + count + " as there should be");
        }
        return ended;
    }

    /** Each command has led to its events, and each aggregate's versions have no gap. */
    public Stored checkVersions() {
        var bytes = new AtomicLong();
        Map<String, Long> versions = new HashMap<>();
        try (var events = new TopicReader(kafka, topics.events())) {
            events.readAll(event -> {
                bytes.addAndGet(event.value().length);
                String aggregate = new String(event.key(), StandardCharsets.UTF_8);
                long version = versions.merge(aggregate, 1L, Long::sum);
                Header told = event.headers().lastHeader(Headers.SEQUENCE);
                if (told == null || Long.parseLong(new String(told.value(), StandardCharsets.US_ASCII)) != version) {
                    throw new IllegalStateException(
                            "The event at [" + place(event) + "] should have version " + version);
                }
            });
        }
        long count = versions.values().stream().mapToLong(Long::longValue).sum();
        requireAll(count);
        return new Stored(count, versions.size(), bytes.get());
    }

    /** There are as many events as commands; no more is asked of what only copies. */
    public void checkCount() {
        var count = new AtomicLong();
        try (var events = new TopicReader(kafka, topics.events())) {
            events.readAll(event -> count.incrementAndGet());
        }
        requireAll(count.get());
    }

    private void requireAll(long events) {
        if (events != expected.get()) {
            throw new IllegalStateException(sent.get() + " commands have led to " + events + " events in ["
                    + topics.events() + "], not " + expected.get());
        }
    }

    private ProducerRecord<byte[], byte[]> record(long number, long correlation) {
        Command command = commands.apply(number);
        expected.addAndGet(command.events());
        var record = new ProducerRecord<>(
                topics.commands(), command.key().getBytes(StandardCharsets.UTF_8), command.bytes());
        record.headers()
                .add(Headers.TYPE, command.type().getBytes(StandardCharsets.US_ASCII))
                .add(Headers.REPLY_TOPIC, topics.replies().getBytes(StandardCharsets.UTF_8))
                .add(
                        Headers.REPLY_CORRELATION_ID,
                        ByteBuffer.allocate(Long.BYTES).putLong(correlation).array());
        return record;
    }

    @Override
    public void close() {
        bulk.close();
        single.close();
    }
}
