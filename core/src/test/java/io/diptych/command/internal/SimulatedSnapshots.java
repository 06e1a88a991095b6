package io.diptych.command.internal;

import io.diptych.command.internal.AggregateStore.Place;
import io.diptych.command.internal.Interference.Point;
import io.diptych.message.LogRecord;
import io.diptych.message.NewRecord;
import io.diptych.message.internal.LogException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The snapshot topic as one process sees it: the same keys, transactions and reads as the real one has. */
final class SimulatedSnapshots {

    static final String TOPIC = "bank.account.snapshots";

    private static final int NO_PRODUCER = -1;

    private final SimulatedKafka kafka;
    private final SimulatedLog log;
    private final SimulatedStore.Process process;
    private final String transactionalId;
    private int epoch = NO_PRODUCER;
    private boolean reading;
    private boolean publishing;

    SimulatedSnapshots(SimulatedKafka kafka, String node, SimulatedLog log, SimulatedStore.Process process) {
        this.kafka = kafka;
        this.log = log;
        this.process = process;
        this.transactionalId = node + ".snapshots";
    }

    /** What was read of a partition, in one form of the states. */
    static final class Content {
        private final Map<String, byte[]> rows = new HashMap<>();
        private final List<Place> places = new ArrayList<>();
        private @Nullable SnapshotPosition position;

        Map<String, byte[]> rows() {
            return rows;
        }

        List<Place> places() {
            return places;
        }

        @Nullable
        SnapshotPosition position() {
            return position;
        }

        void add(LogRecord record, String form) {
            String[] key = new String(record.key()).split("\\|", -1);
            if (key[0].equals("e")) {
                long version = Long.parseLong(key[2]);
                ByteBuffer offsets = ByteBuffer.wrap(record.value());
                while (offsets.hasRemaining()) {
                    places.add(new Place(key[1], version++, offsets.getLong()));
                }
            } else if (!key[1].equals(form)) {
                return;
            } else if (key[0].equals("p")) {
                ByteBuffer at = ByteBuffer.wrap(record.value());
                position = new SnapshotPosition(at.getLong(), at.get() == 1);
            } else {
                rows.put(key[2], record.value());
            }
        }
    }

    /** All that whoever reads the topic to its end has. */
    static Content read(SimulatedKafka kafka, String form, int partition) {
        var content = new Content();
        kafka.read(TOPIC, partition).forEach(record -> content.add(record, form));
        return content;
    }

    @Nullable
    SnapshotPosition position(String form, int partition) {
        process.at(Point.SNAPSHOT_POSITION);
        if (kafka.lastStable(TOPIC, partition) < kafka.end(TOPIC, partition)) {
            process.reached("snapshots waited for");
            throw new LogException("Simulated: a publication is still open", new IllegalStateException());
        }
        return read(kafka, form, partition).position();
    }

    boolean isReading() {
        return reading;
    }

    /** Begins to read; one at a time. */
    Reader reader(String form, int partition) {
        reading = true;
        return new Reader(form, partition, kafka.end(TOPIC, partition));
    }

    /** Reads a partition up to where it ended, some records at a time. */
    final class Reader {
        private final String form;
        private final int partition;
        private final long end;
        private long at;
        private @Nullable SnapshotPosition position;

        private Reader(String form, int partition, long end) {
            this.form = form;
            this.partition = partition;
            this.end = end;
        }

        boolean isDone() {
            return at >= end;
        }

        @Nullable
        SnapshotPosition position() {
            return position;
        }

        Content next() {
            process.at(Point.READ_SNAPSHOTS);
            var records = new ArrayList<LogRecord>();
            at = kafka.read(TOPIC, partition, at, process.chance(50) ? 2 : 10, records);
            var content = new Content();
            records.stream().filter(record -> record.offset() < end).forEach(record -> content.add(record, form));
            position = content.position() == null ? position : content.position();
            return content;
        }

        void close() {
            reading = false;
        }
    }

    /** Publishes all of it in a transaction that carries the membership, or nothing. */
    void publish(
            String form,
            int partition,
            Map<String, byte[]> rows,
            List<Place> places,
            SnapshotPosition position,
            SimulatedGroup.Membership membership) {
        while (publishing) {
            process.giveWay(); // One thread of the process at a time.
        }
        publishing = true;
        try {
            if (epoch == NO_PRODUCER) {
                process.at(Point.PUBLISH);
                epoch = kafka.initProducer(transactionalId);
            }
            for (NewRecord record : records(form, partition, rows, places, position)) {
                send(record);
            }
            process.at(Point.PUBLISHED);
            boolean member = log.isMember();
            try {
                kafka.addPositions(transactionalId, epoch, membership, Map.of());
            } catch (LogException e) {
                process.reached(member ? "publication of a former owner refused" : "publication of a zombie refused");
                throw e;
            }
            process.at(Point.PUBLICATION_ACCEPTED);
            int current = epoch;
            if (process.timesOut(() -> kafka.commit(transactionalId, current))) {
                throw new LogException("Simulated: no answer in time to a publication", new IllegalStateException());
            }
            epoch = kafka.commit(transactionalId, epoch);
            process.trace(() -> "published " + partition + " " + form + " " + rows.keySet() + places + position);
            process.reached(position.complete() ? "snapshots complete" : "snapshots incomplete");
        } catch (LogException e) {
            epoch = NO_PRODUCER;
            throw e;
        } finally {
            publishing = false;
        }
    }

    private void send(NewRecord record) {
        process.at(Point.PUBLISH);
        int current = epoch;
        if (process.timesOut(() -> kafka.append(transactionalId, current, record))) {
            throw new LogException("Simulated: no answer in time to a publication", new IllegalStateException());
        }
        kafka.append(transactionalId, current, record);
    }

    private static List<NewRecord> records(
            String form, int partition, Map<String, byte[]> rows, List<Place> places, SnapshotPosition position) {
        var records = new ArrayList<NewRecord>();
        rows.forEach((id, row) -> records.add(record(partition, "s|" + form + "|" + id, row)));
        Map<String, List<Place>> byId = new LinkedHashMap<>();
        places.forEach(place ->
                byId.computeIfAbsent(place.id(), id -> new ArrayList<>()).add(place));
        byId.forEach((id, ofOne) -> {
            ByteBuffer value = ByteBuffer.allocate(Long.BYTES * ofOne.size());
            ofOne.forEach(place -> value.putLong(place.offset()));
            String versions = ofOne.getFirst().version() + "|" + ofOne.getLast().version();
            records.add(record(partition, "e|" + id + "|" + versions, value.array()));
        });
        ByteBuffer at = ByteBuffer.allocate(Long.BYTES + 1)
                .putLong(position.nextEvent())
                .put((byte) (position.complete() ? 1 : 0));
        records.add(record(partition, "p|" + form, at.array()));
        return records;
    }

    private static NewRecord record(int partition, String key, byte[] value) {
        return new NewRecord(TOPIC, partition, key.getBytes(), List.of(), value);
    }
}
