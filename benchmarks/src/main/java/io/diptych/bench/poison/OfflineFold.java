package io.diptych.bench.poison;

import io.diptych.App;
import io.diptych.TopicNames;
import io.diptych.bench.load.TopicReader;
import io.diptych.kafka.Json;
import io.diptych.message.Headers;
import io.diptych.message.MessageCodec;
import io.diptych.message.Metadata;
import io.diptych.message.Recorded;
import io.diptych.projection.Projection;
import io.diptych.projection.ReadModel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What the user's own functions make of a log, folded here event by event without a node, a database or a batch.
 *
 * @param whole the rows when nothing is poison
 * @param poisoned the rows while it is: those of a key that waits are as they were before its first poison event
 * @param waiting how many events wait then, by key
 */
public record OfflineFold(Map<String, Object> whole, Map<String, Object> poisoned, Map<String, Long> waiting) {

    /** Of the one read model of an order system, from those orders whose ids begin so. */
    public static OfflineFold of(String kafka, App sound, String prefix) {
        return of(kafka, sound.name(), sound.readModels().getFirst(), prefix);
    }

    private static <E, R> OfflineFold of(String kafka, String app, ReadModel<E, R> model, String prefix) {
        var fold = new OfflineFold(new HashMap<>(), new HashMap<>(), new HashMap<>());
        Projection<E, R> projection = Poisoned.projection(model);
        MessageCodec<E> codec = Json.codec(model.aggregate().eventType());
        try (var topic =
                new TopicReader(kafka, TopicNames.events(app, model.aggregate().name()))) {
            topic.readAll(record -> {
                if (new String(record.key(), StandardCharsets.UTF_8).startsWith(prefix)) {
                    fold.add(projection, model.rowType(), recorded(record, codec));
                }
            });
        }
        return fold;
    }

    private <E, R> void add(Projection<E, R> projection, Class<R> rowType, Recorded<E> event) {
        Object key = projection.key(event.event());
        if (key == null) {
            return;
        }
        String name = key.toString();
        fold(whole, name, projection, rowType, event);
        if (waiting.containsKey(name) || Poisoned.isPoison(event)) {
            waiting.merge(name, 1L, Long::sum);
        } else {
            fold(poisoned, name, projection, rowType, event);
        }
    }

    private static <E, R> void fold(
            Map<String, Object> rows, String key, Projection<E, R> projection, Class<R> rowType, Recorded<E> event) {
        R row = projection.evolve(rowType.cast(rows.get(key)), event);
        if (row == null) {
            rows.remove(key);
        } else {
            rows.put(key, row);
        }
    }

    private static <E> Recorded<E> recorded(ConsumerRecord<byte[], byte[]> record, MessageCodec<E> codec) {
        String type = header(record, Headers.TYPE);
        var metadata = new Metadata(
                header(record, Headers.ID),
                Instant.parse(header(record, Headers.TIME)),
                header(record, Headers.CORRELATION_ID),
                header(record, Headers.CAUSATION_ID),
                null);
        return new Recorded<>(
                codec.decode(type, record.value()),
                type,
                header(record, Headers.SUBJECT),
                Long.parseLong(header(record, Headers.SEQUENCE)),
                metadata,
                record.partition(),
                record.offset());
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    /** All events that wait while something is poison. */
    public long letters() {
        return waiting.values().stream().mapToLong(Long::longValue).sum();
    }
}
