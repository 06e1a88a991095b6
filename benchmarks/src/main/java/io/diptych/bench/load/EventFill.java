package io.diptych.bench.load;

import io.diptych.message.Headers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes a log of events as Diptych's command engine would have written it, four for each order, without the engine. */
public final class EventFill implements AutoCloseable {

    /** Orders that are under way at a time, as in a log that lives. */
    private static final long WIDTH = 1000;

    /** The correlation id of events that have a mark. */
    public static final String MARK = "marked";

    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;
    private final LifeCycle orders;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private Marks marks = (order, step) -> false;

    /** Tells some events from the others. */
    public interface Marks {

        /** Whether the event of that step of that order has the mark. */
        boolean has(long order, int step);
    }

    /** @param linger how long an event may wait for others on its way */
    public EventFill(String kafka, String topic, String prefix, Duration linger) {
        this(topic, prefix, settings(kafka, linger));
    }

    private EventFill(String topic, String prefix, Map<String, Object> settings) {
        this.topic = topic;
        this.orders = new LifeCycle(prefix);
        this.producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** One whose events are there at once, from {@link #begin} to {@link #commit}. */
    public static EventFill inTransactions(String kafka, String topic, String prefix) {
        Map<String, Object> settings = new HashMap<>(settings(kafka, Duration.ofMillis(5)));
        settings.put("transactional.id", "bench-" + UUID.randomUUID());
        settings.put("transaction.timeout.ms", 600_000);
        var fill = new EventFill(topic, prefix, settings);
        fill.producer.initTransactions();
        return fill;
    }

    private static Map<String, Object> settings(String kafka, Duration linger) {
        return Map.of(
                "bootstrap.servers", kafka, "linger.ms", linger.toMillis(), "batch.size", 128 * 1024, "acks", "all");
    }

    /** Events that are sent from now on have a mark if these say so. */
    public void mark(Marks those) {
        marks = those;
    }

    /** Events that are sent from now on are seen by nobody yet. */
    public void begin() {
        producer.beginTransaction();
    }

    /** Waits until all that were sent are stored. */
    public void flush() {
        producer.flush();
    }

    /** Lets all that were sent be seen. */
    public void commit() {
        producer.commitTransaction();
    }

    /** What the orders of so many events add up to. */
    public static OrderTable.Sums sums(long events) {
        long orders = events / LifeCycle.STEPS.size();
        long units = 0;
        for (long order = 0; order < orders; order++) {
            units += LifeCycle.quantity(order);
        }
        return new OrderTable.Sums(orders, orders * LifeCycle.STEPS.size(), units);
    }

    /** Writes them; the number must be a multiple of an order's. */
    public static void write(String kafka, String topic, String prefix, long events) {
        try (var fill = new EventFill(kafka, topic, prefix, Duration.ofMillis(5))) {
            for (long number = 0; number < events; number++) {
                fill.send(number, events);
            }
        }
    }

    /** Writes the event of that number in a log of so many, in which a thousand orders are under way at a time. */
    public void send(long number, long events) {
        long ofSteps = LifeCycle.STEPS.size();
        long block = number / (WIDTH * ofSteps);
        long width = Math.min(WIDTH, events / ofSteps - block * WIDTH);
        long inBlock = number - block * WIDTH * ofSteps;
        send(block * WIDTH + inBlock % width, (int) (inBlock / width));
    }

    /** Writes the event of that number, where each four in a row are the life of an order. */
    public void send(long number) {
        long ofSteps = LifeCycle.STEPS.size();
        send(number / ofSteps, (int) (number % ofSteps));
    }

    private void send(long order, int step) {
        send(order, step, step + 1);
    }

    /** Writes that step of that order, as the version that it is. */
    public void send(long order, int step, long number) {
        Future<RecordMetadata> unused = producer.send(event(order, step, number), (stored, e) -> {
            if (e != null) {
                failure.set(e);
            }
        });
    }

    private ProducerRecord<byte[], byte[]> event(long order, int step, long number) {
        String id = orders.command(order, step).orderId();
        var record = new ProducerRecord<>(topic, utf8(id), orders.event(order, step));
        String version = Long.toString(number);
        String command = id + "-" + version;
        record.headers()
                .add(Headers.SPEC_VERSION, utf8("1.0"))
                .add(Headers.CONTENT_TYPE, utf8("application/json"))
                .add(Headers.SOURCE, utf8("/bench/order"))
                .add(Headers.ID, utf8(id + "@" + version))
                .add(Headers.TYPE, utf8(LifeCycle.EVENTS.get(step)))
                .add(Headers.SUBJECT, utf8(id))
                .add(Headers.TIME, utf8("2026-11-01T08:30:00Z"))
                .add(Headers.SEQUENCE, utf8(version))
                .add(Headers.CORRELATION_ID, utf8(marks.has(order, step) ? MARK : command))
                .add(Headers.CAUSATION_ID, utf8(command))
                .add(Headers.COMMAND_CHECKSUM, utf8("00000000"));
        return record;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Waits until all are stored; fails when one was not. */
    @Override
    public void close() {
        producer.close();
        if (failure.get() != null) {
            throw new IllegalStateException("Not all events were stored", failure.get());
        }
    }
}
