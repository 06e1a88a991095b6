package io.diptych.kafka.checkpoint;

import io.diptych.command.internal.AggregateStore.Place;
import io.diptych.command.internal.SnapshotPosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Reads a partition of the snapshot topic up to where it ended at the beginning and no further, part by part. */
final class SnapshotReader implements AutoCloseable {

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final SnapshotRecords form;
    private final long end;
    private final Runnable onClose;
    private @Nullable SnapshotPosition position;

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
            if (record.offset() >= end) {
                break; // Of a later publication, of which this may be a part only.
            }
            switch (form.read(record)) {
                case SnapshotRecords.Content.State(Row row) -> rows.add(row);
                case SnapshotRecords.Content.Events(List<Place> some) -> places.addAll(some);
                case SnapshotRecords.Content.Position(SnapshotPosition at) -> position = at;
                case SnapshotRecords.Content.Foreign f -> {
                    // Of another form of the state: not for this application.
                }
            }
        }
        return new Part(rows, places);
    }

    /** The last position that was read. */
    @Nullable
    SnapshotPosition position() {
        return position;
    }

    @Override
    public void close() {
        onClose.run();
    }
}
