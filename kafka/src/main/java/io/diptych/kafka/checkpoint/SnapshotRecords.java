package io.diptych.kafka.checkpoint;

import io.diptych.command.internal.AggregateStore.Place;
import io.diptych.command.internal.SnapshotPosition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The records of the snapshot topic. States and positions carry the form of the state in their keys, so that two forms
 * live side by side while a new version of the application is rolled out. Places of events have no form; a record holds
 * those of some consecutive versions and is named by the first and the last, so that compaction keeps them all: owners of two
 * forms share them out differently.
 */
final class SnapshotRecords {

    private static final byte STATE = 's';
    private static final byte EVENTS = 'v';
    private static final byte POSITION = 'p';

    private final byte[] shape;

    SnapshotRecords(byte[] shape) {
        this.shape = shape;
    }

    /** What a record says. */
    sealed interface Content {

        record State(Row row) implements Content {}

        record Events(List<Place> places) implements Content {}

        /** How far the topic goes. */
        record Position(SnapshotPosition at) implements Content {}

        /** Of another form. */
        record Foreign() implements Content {}
    }

    ProducerRecord<byte[], byte[]> state(TopicPartition to, Row row) {
        return record(to, key(STATE, row.id()), row.state());
    }

    List<ProducerRecord<byte[], byte[]>> events(TopicPartition to, List<Place> places) {
        Map<String, List<Place>> byId = new LinkedHashMap<>();
        places.forEach(place ->
                byId.computeIfAbsent(place.id(), id -> new ArrayList<>()).add(place));
        var records = new ArrayList<ProducerRecord<byte[], byte[]>>(byId.size());
        byId.forEach((id, ofOne) -> records.add(events(to, id, ofOne)));
        return records;
    }

    private static ProducerRecord<byte[], byte[]> events(TopicPartition to, String id, List<Place> places) {
        byte[] utf8 = id.getBytes(StandardCharsets.UTF_8);
        ByteBuffer key = ByteBuffer.allocate(1 + utf8.length + 2 * Long.BYTES)
                .put(EVENTS)
                .put(utf8)
                .putLong(places.getFirst().version())
                .putLong(places.getLast().version());
        ByteBuffer value = ByteBuffer.allocate(Long.BYTES * places.size());
        places.forEach(place -> value.putLong(place.offset()));
        return record(to, key.array(), value.array());
    }

    ProducerRecord<byte[], byte[]> position(TopicPartition to, SnapshotPosition position) {
        ByteBuffer value = ByteBuffer.allocate(Long.BYTES + 1)
                .putLong(position.nextEvent())
                .put((byte) (position.complete() ? 1 : 0));
        return record(to, key(POSITION, ""), value.array());
    }

    Content read(ConsumerRecord<byte[], byte[]> record) {
        byte @Nullable [] key = record.key();
        byte @Nullable [] value = record.value();
        if (key == null || key.length == 0 || value == null) {
            return new Content.Foreign();
        }
        if (key[0] == EVENTS) {
            return new Content.Events(places(key, ByteBuffer.wrap(value)));
        }
        int textFrom = 1 + shape.length;
        if (key.length < textFrom || !Arrays.equals(key, 1, textFrom, shape, 0, shape.length)) {
            return new Content.Foreign();
        }
        if (key[0] == POSITION) {
            ByteBuffer at = ByteBuffer.wrap(value);
            return new Content.Position(new SnapshotPosition(at.getLong(), at.get() == 1));
        }
        String id = new String(key, textFrom, key.length - textFrom, StandardCharsets.UTF_8);
        return new Content.State(new Row(id, value));
    }

    private static List<Place> places(byte[] key, ByteBuffer offsets) {
        int end = key.length - 2 * Long.BYTES;
        String id = new String(key, 1, end - 1, StandardCharsets.UTF_8);
        long version = ByteBuffer.wrap(key, end, Long.BYTES).getLong();
        var places = new ArrayList<Place>(offsets.remaining() / Long.BYTES);
        while (offsets.hasRemaining()) {
            places.add(new Place(id, version++, offsets.getLong()));
        }
        return places;
    }

    private byte[] key(byte kind, String id) {
        byte[] utf8 = id.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + shape.length + utf8.length)
                .put(kind)
                .put(shape)
                .put(utf8)
                .array();
    }

    private static ProducerRecord<byte[], byte[]> record(TopicPartition to, byte[] key, byte[] value) {
        return new ProducerRecord<>(to.topic(), to.partition(), key, value);
    }
}
