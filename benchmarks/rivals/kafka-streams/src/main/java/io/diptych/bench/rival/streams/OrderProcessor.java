package io.diptych.bench.rival.streams;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** Decides on a command: an event when it may be, a reply in any case. */
final class OrderProcessor implements Processor<String, byte[], String, byte[]> {

    private static final String TYPE = "ce_type";
    private static final String SEQUENCE = "ce_sequence";
    private static final String REPLY_TOPIC = "kafka_replyTopic";
    private static final String CORRELATION = "kafka_correlationId";

    private record Accepted(String id, long version, List<String> events) {}

    private record Refused(String type, String title, int status, String detail) {}

    private @Nullable ProcessorContext<String, byte[]> context;
    private @Nullable KeyValueStore<String, Order> orders;

    @Override
    public void init(ProcessorContext<String, byte[]> given) {
        context = given;
        orders = given.getStateStore(OrderStreams.ORDERS);
    }

    @Override
    public void process(Record<String, byte[]> record) {
        KeyValueStore<String, Order> store = Objects.requireNonNull(orders);
        Order.Command command = Json.MAPPER.readValue(record.value(), Order.Command.class);
        Order order = store.get(record.key());
        String type = text(record.headers(), TYPE);
        String status = Order.after(order == null ? null : order.status(), type);
        if (status == null) {
            refuse(
                    record,
                    type + ": order [" + record.key() + "] is " + (order == null ? "not there" : order.status()));
            return;
        }
        long version = order == null ? 1 : order.version() + 1;
        store.put(record.key(), new Order(status, version, order == null ? command : order.created()));
        accept(record, command, Order.event(status), version);
    }

    private void accept(Record<String, byte[]> record, Order.Command command, String event, long version) {
        var headers = new RecordHeaders();
        headers.add(TYPE, bytes(event)).add(SEQUENCE, bytes(Long.toString(version)));
        forward(record.withValue(Json.MAPPER.writeValueAsBytes(command)).withHeaders(headers), OrderStreams.EVENTS);
        reply(record, "application/json", new Accepted(record.key(), version, List.of(event)));
    }

    private void refuse(Record<String, byte[]> record, String detail) {
        reply(record, "application/problem+json", new Refused("invalid-transition", "Refused", 422, detail));
    }

    private void reply(Record<String, byte[]> record, String contentType, Object body) {
        var headers = new RecordHeaders();
        headers.add("content-type", bytes(contentType));
        headers.add(REPLY_TOPIC, bytes(replyTopic(record.headers())));
        Header correlation = record.headers().lastHeader(CORRELATION);
        if (correlation != null) {
            headers.add(correlation);
        }
        forward(record.withValue(Json.MAPPER.writeValueAsBytes(body)).withHeaders(headers), OrderStreams.REPLIES);
    }

    private void forward(Record<String, byte[]> record, String to) {
        Objects.requireNonNull(context).forward(record, to);
    }

    static String replyTopic(Headers headers) {
        return text(headers, REPLY_TOPIC);
    }

    private static String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        if (header == null) {
            throw new IllegalArgumentException("A command must have the header [" + name + "]");
        }
        return new String(header.value(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
