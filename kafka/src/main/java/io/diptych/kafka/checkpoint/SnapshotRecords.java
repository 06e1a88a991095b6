package io.diptych.kafka.checkpoint;

import io.diptych.command.internal.AggregateStore.Place;
import io.diptych.command.internal.SnapshotPosition;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The records of the snapshot topic. States and positions carry the form of the state in their keys, so that two forms
 * live side by side while a new version of the application is rolled out. Places of events have no form; a record holds
 * those of many events, whichever aggregates they are of: one for each aggregate would cost as much as its state. It is named
 * by where its events stand and by what it says, so that compaction keeps them all: owners of two forms share them out
 * differently.
 */
final class SnapshotRecords {

    private static final byte STATE = 's';
    private static final byte EVENTS = 'b';
    private static final byte POSITION = 'p';

    /** Of the places in one record, about: enough that the record itself costs nothing. */
    private static final int BYTES_OF_PLACES = 64 * 1024;

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

    /** The places are in the order of their offsets. */
    List<ProducerRecord<byte[], byte[]>> events(TopicPartition to, List<Place> places) {
        var records = new ArrayList<ProducerRecord<byte[], byte[]>>();
        var value = new ByteArrayOutputStream();
        int first = 0;
        for (int i = 0; i < places.size(); i++) {
            write(places.get(i), value);
            if (value.size() >= BYTES_OF_PLACES || i == places.size() - 1) {
                long from = places.get(first).offset();
                records.add(events(to, from, places.get(i).offset(), value.toByteArray()));
                value.reset();
                first = i + 1;
            }
        }
        return records;
    }

    private static void write(Place place, ByteArrayOutputStream value) {
        byte[] id = place.id().getBytes(StandardCharsets.UTF_8);
        byte[] bytes = ByteBuffer.allocate(Short.BYTES + id.length + 2 * Long.BYTES)
                .putShort((short) id.length)
                .put(id)
                .putLong(place.version())
                .putLong(place.offset())
                .array();
        value.writeBytes(bytes);
    }

    private static ProducerRecord<byte[], byte[]> events(TopicPartition to, long first, long last, byte[] value) {
        var checksum = new CRC32C();
        checksum.update(value);
        ByteBuffer key = ByteBuffer.allocate(1 + 2 * Long.BYTES + Integer.BYTES)
                .put(EVENTS)
                .putLong(first)
                .putLong(last)
                .putInt((int) checksum.getValue());
        return record(to, key.array(), value);
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
            return new Content.Events(places(ByteBuffer.wrap(value)));
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

    private static List<Place> places(ByteBuffer value) {
        var places = new ArrayList<Place>();
        while (value.hasRemaining()) {
            byte[] id = new byte[value.getShort() & 0xFFFF];
            value.get(id);
            places.add(new Place(new String(id, StandardCharsets.UTF_8), value.getLong(), value.getLong()));
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
