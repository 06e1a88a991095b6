package io.diptych.postgres;

import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import io.diptych.message.MessageCodec;
import io.diptych.projection.Key;
import io.diptych.projection.ReadModel;
import io.diptych.projection.WindowedProjection;
import io.diptych.projection.Windows;
import io.diptych.projection.internal.EventFold;
import io.diptych.projection.internal.RowStore;
import io.diptych.projection.internal.RowStore.Move;
import io.diptych.projection.internal.RowStore.Timing;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A read model over windows: an event is {@code shop@minute=number}, and a row the sum of an hour of a shop. */
final class Hours {

    static final String NAME = "hours";
    static final int PARTITIONS = 2;
    static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    record Hour(@Key String id, int events, long total) {}

    private record Event(int partition, long offset, String text) implements LogRecord {
        @Override
        public String topic() {
            return "test.item.events";
        }

        @Override
        public byte @Nullable [] key() {
            return null;
        }

        @Override
        public byte[] value() {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public byte @Nullable [] header(String name) {
            return headers().stream()
                    .filter(header -> header.name().equals(name))
                    .map(Header::value)
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public List<Header> headers() {
            return List.of(
                    Header.text(Headers.ID, partition + "/" + offset),
                    Header.text(Headers.TYPE, "Added"),
                    Header.text(Headers.SUBJECT, "s" + partition + "-" + offset),
                    Header.text(Headers.SEQUENCE, "1"),
                    Header.text(Headers.TIME, "2027-01-01T00:00:00Z"));
        }
    }

    /** Events that the projection fails on; or events {@code in} the start of the one window in which it does. */
    final Set<String> broken = new HashSet<>();

    private final Sums sums = new Sums();

    final MessageCodec<String> codec = sums.codec;
    final Map<Integer, List<LogRecord>> log = new TreeMap<>();

    ReadModel<String, Hour> model(Windows windows) {
        return new ReadModel<>(
                NAME,
                Fixture.AGGREGATE,
                Hour.class,
                new WindowedProjection<>(
                        windows,
                        event -> BEGIN.plus(Duration.ofMinutes(Long.parseLong(event.replaceAll(".*@|=.*", "")))),
                        (event, window) -> event.replaceAll("@.*", "") + "@" + window.start(),
                        (row, recorded, window) -> {
                            String event = recorded.event();
                            if (broken.contains(event) || broken.contains(event + " in " + window.start())) {
                                throw new IllegalStateException("cannot add [" + event + "]");
                            }
                            long number = Long.parseLong(event.replaceAll(".*=", ""));
                            return row == null
                                    ? new Hour(event.replaceAll("@.*", "") + "@" + window.start(), 1, number)
                                    : new Hour(row.id(), row.events() + 1, row.total() + number);
                        }));
    }

    /** Whether events can be decoded. */
    void readable(boolean can) {
        sums.broken.clear();
        if (!can) {
            sums.broken.add("Added");
        }
    }

    Hours add(int partition, String... events) {
        List<LogRecord> records = log.computeIfAbsent(partition, p -> new ArrayList<>());
        for (String event : events) {
            records.add(new Event(partition, records.size(), event));
        }
        return this;
    }

    /** As a worker does: the next events of a partition, as many as there are at most. */
    void apply(ReadModel<String, Hour> model, RowStore<Hour> store, int partition, int most) {
        long from = Fixture.position(store, partition);
        List<LogRecord> records = log.getOrDefault(partition, List.of());
        int to = (int) Math.min(records.size(), from + most);
        if (from < to) {
            var fold = new EventFold<>(model, codec, store::canonical, 1);
            records.subList((int) from, to).forEach(fold::add);
            store.apply(fold.batch(
                    Map.of(partition, new Move(from, to)), new Timing(PARTITIONS, Map.of(), Map.of(), List.of())));
        }
    }

    void applyAll(ReadModel<String, Hour> model, RowStore<Hour> store) {
        log.keySet().forEach(partition -> apply(model, store, partition, Integer.MAX_VALUE));
    }

    /** As a worker does when no event comes, which stands at the end of what was applied. */
    void doChores(ReadModel<String, Hour> model, RowStore<Hour> store, Map<Integer, Boolean> idle) {
        doChores(model, store, idle, store.positions(idle.keySet()));
    }

    void doChores(
            ReadModel<String, Hour> model,
            RowStore<Hour> store,
            Map<Integer, Boolean> idle,
            Map<Integer, Long> positions) {
        var chores = store.chores();
        var fold = new EventFold<>(model, codec, store::canonical, 1);
        chores.admitted().values().forEach(records -> records.forEach(fold::add));
        store.apply(fold.batch(
                Map.of(),
                new Timing(
                        PARTITIONS,
                        idle,
                        positions,
                        List.copyOf(chores.admitted().keySet()))));
    }

    static Map<String, String> rows(String app, int generation) throws SQLException {
        var rows = new TreeMap<String, String>();
        Fixture.sql(
                        TestDatabase.settings(),
                        "select id || ' ' || events || ' ' || total from \"" + app + "\"." + NAME + "_g" + generation)
                .forEach(row -> rows.put(row.substring(0, row.indexOf(' ')), row.substring(row.indexOf(' ') + 1)));
        return rows;
    }

    /** What the rows are when these events are left out, summed up with no store at all. */
    Map<String, String> offline(Duration size, Set<String> leftOut) {
        var sums = new HashMap<String, long[]>();
        log.forEach((partition, records) -> records.forEach(record -> {
            String event = ((Event) record).text();
            if (!leftOut.contains(partition + "/" + record.offset())) {
                long minute = Long.parseLong(event.replaceAll(".*@|=.*", ""));
                long start = Math.floorDiv(minute, size.toMinutes()) * size.toMinutes();
                long[] sum = sums.computeIfAbsent(
                        event.replaceAll("@.*", "") + "@" + BEGIN.plus(Duration.ofMinutes(start)), k -> new long[2]);
                sum[0]++;
                sum[1] += Long.parseLong(event.replaceAll(".*=", ""));
            }
        }));
        var rows = new TreeMap<String, String>();
        sums.forEach((key, sum) -> rows.put(key, sum[0] + " " + sum[1]));
        return rows;
    }
}
