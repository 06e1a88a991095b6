package io.diptych.server.internal;

import io.diptych.postgres.Progress;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Where all read models are: as read from their table now and then, and as told of every move in between. */
final class Positions {

    private final Map<Partition, Place> places = new ConcurrentHashMap<>();
    private volatile boolean known;

    /** A partition of one generation of a read model. */
    record Partition(String readModel, int generation, int number) {}

    private record Place(long position, long nanos) {}

    void moved(Progress move, long now) {
        places.put(partition(move), new Place(move.position(), now));
    }

    /**
     * The table's content.
     *
     * @param begun when it was asked for: what was told later is newer
     */
    void read(List<Progress> table, long begun) {
        var found = new HashSet<Partition>();
        for (Progress row : table) {
            found.add(partition(row));
            places.merge(
                    partition(row),
                    new Place(row.position(), begun),
                    (before, now) -> before.nanos() < begun ? now : before);
        }
        places.forEach((partition, place) -> {
            if (place.nanos() < begun && !found.contains(partition)) {
                places.remove(partition, place);
            }
        });
        known = true;
    }

    /** The next offset to apply, 0 when there is nothing in the table; null while the table has not been read. */
    @Nullable
    Long of(Partition partition) {
        Place place = places.get(partition);
        return place != null ? (Long) place.position() : known ? (Long) 0L : null;
    }

    /** The highest partition that is in the table, or -1. */
    int last(String readModel, int generation) {
        return places.keySet().stream()
                .filter(partition -> partition.readModel().equals(readModel) && partition.generation() == generation)
                .mapToInt(Partition::number)
                .max()
                .orElse(-1);
    }

    private static Partition partition(Progress progress) {
        return new Partition(progress.readModel(), progress.generation(), progress.partition());
    }
}
