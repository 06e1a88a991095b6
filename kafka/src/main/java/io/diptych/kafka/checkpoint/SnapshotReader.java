package io.diptych.kafka.checkpoint;

import io.diptych.command.internal.AggregateStore.Place;
import io.diptych.kafka.checkpoint.SnapshotRecords.Content.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Reads a partition of the snapshot topic, up to where it ended at the beginning, some records at a time. */
final class SnapshotReader implements AutoCloseable {

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final SnapshotRecords form;
    private final long end;
    private final Runnable onClose;
    private @Nullable Position position;

    SnapshotReader(
            KafkaConsumer<byte[], byte[]> consumer,
            TopicPartition partition,
            SnapshotRecords form,
            long end,
            Runnable onClose) {
        this.onClose = onClose;
        this.consumer = consumer;
        this.partition = partition;
        this.form = form;
        this.end = end;
    }

    /** Some of it. */
    record Part(List<Row> rows, List<Place> places) {}

    boolean isDone() {
        return consumer.position(partition) >= end;
    }

    Part next(Duration atMost) {
        var rows = new ArrayList<Row>();
        var places = new ArrayList<Place>();
        for (var record : consumer.poll(atMost)) {
            switch (form.read(record)) {
                case SnapshotRecords.Content.State(Row row) -> rows.add(row);
                case SnapshotRecords.Content.Events(List<Place> some) -> places.addAll(some);
                case Position at -> position = at;
                case SnapshotRecords.Content.Foreign f -> {
                    // Of another form of the state: not for this application.
                }
            }
        }
        return new Part(rows, places);
    }

    /** The last position that was read. */
    @Nullable
    Position position() {
        return position;
    }

    @Override
    public void close() {
        onClose.run();
    }
}
