package io.diptych.bench.suite;

import io.diptych.bench.load.EventFill;
import io.diptych.bench.load.TopicReader;
import io.diptych.bench.run.Figures;
import io.diptych.bench.run.Workload;
import io.diptych.example.orders.OrderEvent;
import io.diptych.kafka.Json;
import io.diptych.message.Headers;
import io.diptych.message.MessageCodec;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads the events and makes objects of them, as a projection does, and nothing else. */
final class ParseWorkload implements Workload {

    private final RebuildSuite suite;
    private final MessageCodec<OrderEvent> codec = Json.codec(OrderEvent.class);
    private long events;
    private long units;

    ParseWorkload(RebuildSuite suite) {
        this.suite = suite;
    }

    @Override
    public String name() {
        return RebuildSuite.PARSE;
    }

    @Override
    public String description() {
        return "ceiling: events read and parsed with the same codec, nothing made of them";
    }

    @Override
    public void prepare() {
        suite.requireFilled();
    }

    @Override
    public void round(Figures figures) {
        events = 0;
        units = 0;
        try (var topic = new TopicReader(suite.context().bed().kafka(), RebuildSuite.topic())) {
            long begun = System.nanoTime();
            while (events < suite.events()) {
                topic.poll().forEach(this::parse);
            }
            figures.add(Metrics.EVENTS, events / ((System.nanoTime() - begun) / 1e9));
        }
        if (events == suite.events() && units != EventFill.sums(events).units()) {
            throw new IllegalStateException("The units in the events add up to " + units);
        }
    }

    private void parse(ConsumerRecord<byte[], byte[]> record) {
        String type = new String(record.headers().lastHeader(Headers.TYPE).value(), StandardCharsets.US_ASCII);
        if (codec.decode(type, record.value()) instanceof OrderEvent.OrderCreated created
                && created.orderId().startsWith(RebuildSuite.PREFIX)) {
            units += created.quantity();
        }
        events++;
    }

    @Override
    public void finish(Figures figures) {
        // Each round has looked at its sum.
    }

    @Override
    public void close() {
        // Nothing was started.
    }
}
