package io.diptych.kafka.checkpoint;

import io.diptych.command.internal.AggregateStore.Place;
import io.diptych.kafka.checkpoint.SnapshotRecords.Content.Position;
import io.diptych.message.Limits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the owner of a partition publishes of it, so that whoever reads the topic to its end has the states as of one
 * position. While events are read that an earlier owner published already, nothing is: an older state must not replace
 * a newer one. A topic that lacks something is made complete only by an owner that took up every event.
 */
final class Publication {

    private final Snapshots snapshots;
    private final SnapshotRecords form;
    private final int partition;
    private @Nullable Position last;
    private boolean fromFirstEvent;

    /**
     * Continues what is there.
     *
     * @param last where the topic is; null when it is empty
     * @param fromFirstEvent whether all events will be taken up and published
     */
    Publication(
            Snapshots snapshots, SnapshotRecords form, int partition, @Nullable Position last, boolean fromFirstEvent) {
        this.snapshots = snapshots;
        this.form = form;
        this.partition = partition;
        this.last = last;
        this.fromFirstEvent = fromFirstEvent;
    }

    /**
     * Publishes what has changed since the last call.
     *
     * @param nextEvent the position that the rows are at
     * @param sound whether the rows may be relied on
     */
    void add(List<Row> rows, List<Place> places, long nextEvent, boolean sound) {
        Position before = last == null ? new Position(0, fromFirstEvent) : last;
        if (before.complete() && nextEvent <= before.nextEvent()) {
            return;
        }
        List<Row> fitting = rows.stream()
                .filter(row -> row.state().length <= Limits.MAX_EVENT_BYTES)
                .toList();
        boolean all = sound && fitting.size() == rows.size();
        fromFirstEvent &= all;
        boolean complete = all && (before.complete() || fromFirstEvent && nextEvent >= before.nextEvent());
        var after = new Position(Math.max(nextEvent, before.nextEvent()), complete);
        snapshots.publish(form, partition, fitting, places, after);
        last = after;
    }

    /** From now on all events are taken up once more. */
    void beginAgain() {
        fromFirstEvent = true;
    }
}
