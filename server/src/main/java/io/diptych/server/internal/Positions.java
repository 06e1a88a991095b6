package io.diptych.server.internal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Where all read models are: as read from their table now and then, and as told of every move in between. */
final class Positions {

    private final Map<Partition, Place> places = new ConcurrentHashMap<>();
    private volatile boolean known;

    /** A partition of a read model. */
    record Partition(String readModel, int number) {}

    private record Place(long position, long nanos) {}

    void moved(String readModel, int partition, long position, long now) {
        places.put(new Partition(readModel, partition), new Place(position, now));
    }

    /**
     * The table's content.
     *
     * @param begun when it was asked for: what was told later is newer
     */
    void read(Map<String, Map<Integer, Long>> table, long begun) {
        places.forEach((partition, place) -> {
            if (place.nanos() < begun
                    && !table.getOrDefault(partition.readModel(), Map.of()).containsKey(partition.number())) {
                places.remove(partition, place);
            }
        });
        table.forEach((readModel, partitions) -> partitions.forEach((partition, position) -> places.merge(
                new Partition(readModel, partition),
                new Place(position, begun),
                (before, now) -> before.nanos() < begun ? now : before)));
        known = true;
    }

    /** The next offset to apply, 0 when there is nothing in the table; null while the table has not been read. */
    @Nullable
    Long of(String readModel, int partition) {
        Place place = places.get(new Partition(readModel, partition));
        return place != null ? (Long) place.position() : known ? (Long) 0L : null;
    }

    /** The highest partition that is in the table, or -1. */
    int last(String readModel) {
        return places.keySet().stream()
                .filter(partition -> partition.readModel().equals(readModel))
                .mapToInt(Partition::number)
                .max()
                .orElse(-1);
    }
}
