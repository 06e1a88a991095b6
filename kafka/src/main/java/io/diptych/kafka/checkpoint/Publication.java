package io.diptych.kafka.checkpoint;

import io.diptych.command.internal.AggregateStore.Place;
import io.diptych.command.internal.SnapshotPosition;
import io.diptych.command.internal.SnapshotProgress;
import io.diptych.message.Limits;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;

/** What the owner of a partition publishes of it. */
final class Publication {

    private final Snapshots snapshots;
    private final SnapshotRecords form;
    private final int partition;
    private final SnapshotProgress progress;
    private ConsumerGroupMetadata owner;

    /** Continues what is there. */
    Publication(Snapshots snapshots, SnapshotRecords form, int partition, SnapshotProgress progress) {
        this.snapshots = snapshots;
        this.form = form;
        this.partition = partition;
        this.progress = progress;
        this.owner = snapshots.membership();
    }

    /** The node owns the partition still, or is just giving it up: from now on with its membership as it is now. */
    void stillOwned() {
        owner = snapshots.membership();
    }

    /**
     * Publishes what has changed since the last call, unless the topic is past that already.
     *
     * @param nextEvent the position that the rows are at
     * @param sound whether the rows may be relied on
     */
    void add(List<Row> rows, List<Place> places, long nextEvent, boolean sound) {
        List<Row> fitting = rows.stream()
                .filter(row -> row.state().length <= Limits.MAX_EVENT_BYTES)
                .toList();
        SnapshotPosition after = progress.after(nextEvent, sound && fitting.size() == rows.size());
        if (after != null) {
            snapshots.publish(form, partition, fitting, places, after, owner);
            progress.reached(after);
        }
    }

    /** From now on all events are taken up once more. */
    void beginAgain() {
        progress.beginAgain();
    }
}
