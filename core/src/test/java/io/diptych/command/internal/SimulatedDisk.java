package io.diptych.command.internal;

import io.diptych.command.internal.AggregateStore.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What outlives a process: for each partition what RocksDB holds of it. A write is there whole or not at all; the last
 * one may be lost with the power; what is damaged, unfinished or of another form is as good as none.
 */
final class SimulatedDisk {

    /**
     * What is on the disk of a partition.
     *
     * @param form of the states; null while it is unfinished
     * @param position of the first event that is not in it; null while it is unfinished
     */
    private record Content(
            Map<String, byte[]> rows,
            Map<String, NavigableMap<Long, Long>> places,
            @Nullable String form,
            @Nullable Long position,
            boolean damaged) {

        static final Content EMPTY = new Content(Map.of(), Map.of(), null, null, false);

        Content with(Map<String, byte[]> moreRows, List<Place> morePlaces, String ofForm, @Nullable Long at) {
            var allRows = new HashMap<>(rows);
            allRows.putAll(moreRows);
            var allPlaces = new HashMap<>(places);
            for (Place place : morePlaces) {
                var ofOne = new TreeMap<>(allPlaces.getOrDefault(place.id(), new TreeMap<>()));
                ofOne.put(place.version(), place.offset());
                allPlaces.put(place.id(), ofOne);
            }
            return at == null
                    ? new Content(allRows, allPlaces, form, position, damaged)
                    : new Content(allRows, allPlaces, ofForm, at, damaged);
        }
    }

    private final Map<Integer, Content> contents = new HashMap<>();
    private final Map<Integer, Content> before = new HashMap<>();
    private final Map<Integer, Database> open = new HashMap<>();

    /** Whether there was something to damage. */
    boolean damage(int partition) {
        Content was = contents.get(partition);
        if (was == null || was.damaged()) {
            return false;
        }
        contents.put(partition, new Content(was.rows(), was.places(), was.form(), was.position(), true));
        return true;
    }

    /** The process is gone; perhaps the power as well, and what was written last with it. */
    void processEnded(boolean powerFailed) {
        open.clear();
        if (powerFailed) {
            contents.putAll(before);
            before.clear();
        }
    }

    /** What stands on it, for another process: a restored backup, or a volume that another node is given. */
    SimulatedDisk copy() {
        var copy = new SimulatedDisk();
        copy.contents.putAll(contents);
        return copy;
    }

    /** As if made from a log that has lost its end since. */
    boolean forgeAhead(int partition, long position) {
        Content was = contents.get(partition);
        if (was == null || was.position() == null) {
            return false;
        }
        contents.put(partition, new Content(was.rows(), was.places(), was.form(), position, was.damaged()));
        return true;
    }

    /** Opens what is there, if it can be used: null while another has it open. */
    @Nullable
    Database open(int partition, String form, Interference interference) {
        if (open.containsKey(partition)) {
            return null;
        }
        Content found = contents.getOrDefault(partition, Content.EMPTY);
        if (found != Content.EMPTY && (found.damaged() || !form.equals(found.form()))) {
            interference.reached(
                    found.damaged()
                            ? "damaged checkpoint set aside"
                            : found.form() == null
                                    ? "unfinished checkpoint set aside"
                                    : "checkpoint of another form set aside");
            contents.remove(partition);
        }
        var database = new Database(partition, form);
        open.put(partition, database);
        return database;
    }

    /** The content of one partition, open. */
    final class Database {
        private final int partition;
        private final String form;

        private Database(int partition, String form) {
            this.partition = partition;
            this.form = form;
        }

        private Content content() {
            return contents.getOrDefault(partition, Content.EMPTY);
        }

        boolean isDamaged() {
            return content().damaged();
        }

        @Nullable
        Long position() {
            return content().position();
        }

        byte @Nullable [] row(String id) {
            return content().rows().get(id);
        }

        List<Place> places(String id, long fromVersion, int limit) {
            var ofOne = content().places().getOrDefault(id, new TreeMap<>());
            var found = new ArrayList<Place>();
            ofOne.tailMap(fromVersion, true).entrySet().stream()
                    .limit(limit)
                    .forEach(e -> found.add(new Place(id, e.getKey(), e.getValue())));
            return found;
        }

        /** All of it, or nothing; the position may be left as it is. */
        void write(Map<String, byte[]> rows, List<Place> places, @Nullable Long position) {
            if (open.get(partition) != this) {
                throw new IllegalStateException("Written though closed");
            }
            before.put(partition, content());
            contents.put(partition, content().with(rows, places, form, position));
        }

        void clear() {
            before.remove(partition);
            contents.remove(partition);
        }

        void close() {
            open.remove(partition, this);
        }
    }
}
