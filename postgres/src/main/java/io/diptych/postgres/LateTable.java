package io.diptych.postgres;

import io.diptych.message.Headers;
import io.diptych.projection.internal.EventTimes;
import io.diptych.projection.internal.EventTimes.Facts;
import io.diptych.projection.internal.EventTimes.Mark;
import io.diptych.projection.internal.EventTimes.Place;
import io.diptych.projection.internal.EventTimes.Verdict;
import io.diptych.projection.internal.LateEvent;
import io.diptych.projection.internal.RowStore.Batch;
import io.diptych.projection.internal.RowStore.Folded;
import io.diptych.projection.internal.RowStore.Move;
import io.diptych.projection.internal.RowStore.PositionMovedException;
import io.diptych.projection.internal.RowStore.Timeline;
import io.diptych.projection.internal.RowStore.Timing;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one version of a read model over windows knows of the time of its events, and the late ones, read and written within
 * somebody's transaction. All generations of a version share it, so that rows made anew leave out the same events.
 */
final class LateTable {

    private static final Logger LOG = LoggerFactory.getLogger(LateTable.class);

    /** Between the keys of an event's rows; for people. */
    private static final String BETWEEN_KEYS = "\u001f";

    private final LateStatements sql;
    private final String readModel;
    private final int version;
    private final int generation;

    LateTable(LateStatements sql, String readModel, int version, int generation) {
        this.sql = sql;
        this.readModel = readModel;
        this.version = version;
        this.generation = generation;
    }

    private Parameters of(PreparedStatement statement) throws SQLException {
        return new Parameters(statement).text(readModel).number(version);
    }

    int generation() {
        return generation;
    }

    /** Until the end of the transaction nobody else applies events to the read model, or settles late ones. */
    void lock(Connection connection) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement(sql.lock(readModel))) {
            lock.execute();
        }
    }

    /** What is known when a batch begins, with what the batch tells of idle partitions. The lock is taken. */
    Timeline begin(Connection connection, Batch<?> batch, Timing timing) throws SQLException {
        lock(connection);
        claim(connection, timing.settled());
        var decided = new HashMap<Integer, Long>();
        var positions = new HashMap<Integer, Long>();
        EventTimes times = times(connection, timing.partitions(), decided, positions);
        var changed = new HashMap<Integer, Mark>();
        timing.idle().forEach((partition, idle) -> {
            Mark mark = times.marks().getOrDefault(partition, Mark.NONE);
            long position = positions.getOrDefault(partition, 0L);
            // Who was replaced does not know where the end is, and who is behind others not whether anything is new.
            boolean knows = idle
                    ? timing.positions().getOrDefault(partition, -1L) == position
                    : position >= decided.getOrDefault(partition, 0L);
            if (mark.idle() != idle && knows) {
                changed.put(partition, new Mark(mark.greatest(), idle));
            }
        });
        return new Timeline(times.with(changed), facts(connection, batch.moves(), decided));
    }

    private void claim(Connection connection, List<Long> settled) throws SQLException {
        if (settled.isEmpty()) {
            return;
        }
        try (PreparedStatement claim = connection.prepareStatement(sql.claim())) {
            new Parameters(claim).text(readModel).number(generation).array("int8", settled.toArray(Long[]::new));
            if (claim.executeUpdate() != settled.size()) {
                throw new PositionMovedException("The admitted events of read model [" + readModel
                        + "] that this batch would apply were applied by another node");
            }
        }
    }

    private EventTimes times(
            Connection connection, int partitions, Map<Integer, Long> decided, Map<Integer, Long> positions)
            throws SQLException {
        var marks = new HashMap<Integer, Mark>();
        try (PreparedStatement query = connection.prepareStatement(sql.times(generation))) {
            of(query).text(readModel);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    int partition = row.getInt(1);
                    decided.put(partition, row.getLong(2));
                    marks.put(partition, new Mark(LetterRows.time(row, 3), row.getBoolean(4)));
                    positions.put(partition, row.getLong(5));
                }
            }
        }
        return new EventTimes(partitions, marks, watermark(connection));
    }

    @Nullable
    Instant watermark(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql.watermark())) {
            of(query);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? LetterRows.time(row, 1) : null;
            }
        }
    }

    private Facts facts(Connection connection, Map<Integer, Move> moves, Map<Integer, Long> decided)
            throws SQLException {
        if (moves.isEmpty()) {
            return Facts.NONE;
        }
        var late = new HashMap<Place, Set<Instant>>();
        var verdicts = new HashMap<Place, Verdict>();
        try (PreparedStatement query = connection.prepareStatement(sql.facts())) {
            new Parameters(query)
                    .number(version)
                    .array("int4", moves.keySet().toArray(Integer[]::new))
                    .array("int8", moves.values().stream().map(Move::from).toArray(Long[]::new))
                    .array("int8", moves.values().stream().map(Move::to).toArray(Long[]::new))
                    .text(readModel);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    var place = new Place(row.getInt(1), row.getLong(2));
                    if (row.getBoolean(3)) {
                        late.put(place, starts(row.getString(4)).collect(Collectors.toSet()));
                    }
                    if (!row.getString(5).equals(LateStatements.WAITING)) {
                        verdicts.put(place, LateRows.verdict(row.getString(5)));
                    }
                }
            }
        }
        return new Facts(decided, late, verdicts);
    }

    static java.util.stream.Stream<Instant> starts(String windows) {
        return Arrays.stream(windows.split(",")).map(Instant::parse);
    }

    /** Keeps what is known after the batch, and the events that were found late. */
    void end(Connection connection, Batch<?> batch, Timeline before, Folded<?> folded) throws SQLException {
        EventTimes times = folded.times() == null ? before.times() : folded.times();
        var partitions = new TreeSet<>(times.marks().keySet());
        partitions.addAll(batch.moves().keySet());
        try (PreparedStatement put = connection.prepareStatement(sql.putTimes())) {
            of(put).array("int4", partitions.toArray(Integer[]::new))
                    .array(
                            "int8",
                            of(
                                    partitions,
                                    p -> batch.moves().containsKey(p)
                                            ? (Object) batch.moves().get(p).to()
                                            : (Object) 0L))
                    .array("text", of(partitions, p -> text(mark(times, p).greatest())))
                    .array("bool", of(partitions, p -> mark(times, p).idle()));
            put.executeUpdate();
        }
        Instant watermark = times.watermark();
        if (watermark != null) {
            try (PreparedStatement put = connection.prepareStatement(sql.putWatermark())) {
                of(put).text(text(watermark));
                put.executeUpdate();
            }
        }
        insert(connection, folded.late());
    }

    private static Mark mark(EventTimes times, int partition) {
        return times.marks().getOrDefault(partition, Mark.NONE);
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }

    private static <T> @Nullable Object[] of(java.util.Collection<T> all, Function<T, @Nullable Object> each) {
        return all.stream().map(each).toArray();
    }

    private void insert(Connection connection, List<LateEvent> late) throws SQLException {
        if (late.isEmpty()) {
            return;
        }
        try (PreparedStatement insert = connection.prepareStatement(sql.insert())) {
            of(insert)
                    .array("int4", of(late, l -> l.event().partition()))
                    .array("int8", of(late, l -> l.event().offset()))
                    .array("text", of(late, l -> LetterTable.header(l.event(), Headers.ID)))
                    .array("text", of(late, l -> LetterTable.header(l.event(), Headers.TYPE)))
                    .array(
                            "bytea",
                            late.stream()
                                    .map(l -> HeaderBytes.encode(l.event().headers()))
                                    .toArray(byte[][]::new))
                    .array("bytea", late.stream().map(l -> l.event().value()).toArray(byte[][]::new))
                    .array("text", of(late, l -> l.time().toString()))
                    .array("text", of(late, l -> text(l.watermark())))
                    .array(
                            "text",
                            of(
                                    late,
                                    l -> joined(
                                            l, ",", in -> in.window().start().toString())))
                    .array("text", of(late, l -> joined(l, BETWEEN_KEYS, LateEvent.In::key)))
                    .text(readModel);
            insert.executeUpdate();
        }
        LOG.debug(
                "{}: {} events came after their windows were closed, and wait in the late queue",
                readModel,
                late.size());
    }

    private static String joined(LateEvent late, String between, Function<LateEvent.In, String> each) {
        return late.in().stream().map(each).collect(Collectors.joining(between));
    }

    static List<String> keys(String joined) {
        return List.of(joined.split(BETWEEN_KEYS, -1));
    }
}
