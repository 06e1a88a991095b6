package io.diptych.bench.load;

import io.diptych.message.Headers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes a log of events as Diptych's command engine would have written it, four for each order, without the engine. */
public final class EventFill {

    private EventFill() {}

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
        var orders = new LifeCycle(prefix);
        var failure = new AtomicReference<@Nullable Exception>();
        Map<String, Object> settings =
                Map.of("bootstrap.servers", kafka, "linger.ms", 5, "batch.size", 128 * 1024, "acks", "all");
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            long ofSteps = LifeCycle.STEPS.size();
            // As in a log that lives: a thousand orders are under way at a time.
            for (long number = 0; number < events; number++) {
                long block = number / (1000 * ofSteps);
                long width = Math.min(1000, events / ofSteps - block * 1000);
                long inBlock = number - block * 1000 * ofSteps;
                long order = block * 1000 + inBlock % width;
                Future<RecordMetadata> unused =
                        producer.send(event(topic, orders, order, (int) (inBlock / width)), (stored, e) -> {
                            if (e != null) {
                                failure.set(e);
                            }
                        });
            }
        }
        if (failure.get() != null) {
            throw new IllegalStateException("Not all events were stored", failure.get());
        }
    }

    private static ProducerRecord<byte[], byte[]> event(String topic, LifeCycle orders, long order, int step) {
        String id = orders.command(order, step).orderId();
        var record = new ProducerRecord<>(topic, utf8(id), orders.event(order, step));
        String version = Integer.toString(step + 1);
        record.headers()
                .add(Headers.SPEC_VERSION, utf8("1.0"))
                .add(Headers.CONTENT_TYPE, utf8("application/json"))
                .add(Headers.SOURCE, utf8("/bench/order"))
                .add(Headers.ID, utf8(id + "@" + version))
                .add(Headers.TYPE, utf8(LifeCycle.EVENTS.get(step)))
                .add(Headers.SUBJECT, utf8(id))
                .add(Headers.TIME, utf8("2026-11-01T08:30:00Z"))
                .add(Headers.SEQUENCE, utf8(version))
                .add(Headers.CORRELATION_ID, utf8(id + "-" + version))
                .add(Headers.CAUSATION_ID, utf8(id + "-" + version))
                .add(Headers.COMMAND_CHECKSUM, utf8("00000000"));
        return record;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
