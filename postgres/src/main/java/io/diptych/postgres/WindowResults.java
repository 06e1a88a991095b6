package io.diptych.postgres;

import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.NewRecord;
import io.diptych.projection.Window;
import io.diptych.projection.internal.RowJson;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the rows of windows that are closed, in the transaction that closes them or changes them afterwards. Only the
 * generation that serves does; what was published is known to all, so that rows made anew are published again only where
 * they differ.
 */
final class WindowResults<R> {

    /** In one transaction; the others follow in the next. */
    private static final int AT_ONCE = 1_000;

    private final RowTable<R> table;
    private final LateTable late;
    private final Outbox outbox;
    private final RowJson json;
    private final String topic;
    private final Duration grace;
    private final String windows;
    private final String published;
    private final String due;

    /**
     * Of one generation.
     *
     * @param topic to which rows are published
     * @param grace for which windows stay open after their end
     */
    WindowResults(
            String schema,
            RowTable<R> table,
            LateTable late,
            Outbox outbox,
            RowJson json,
            String topic,
            Duration grace) {
        this.table = table;
        this.late = late;
        this.outbox = outbox;
        this.json = json;
        this.topic = topic;
        this.grace = grace;
        this.windows = Names.qualified(schema, Schema.WINDOWS);
        this.published = Names.qualified(schema, Schema.PUBLISHED);
        this.due = " from " + windows + " as w where w.read_model = ? and w.generation = ? and w.due"
                + " and w.closes_at <= cast(? as timestamptz) and exists (select from "
                + Names.qualified(schema, Schema.GENERATIONS)
                + " as g where g.read_model = w.read_model and g.generation = w.generation and g.state = 'SERVING')";
    }

    private record Result(String key, Window window) {}

    /** Whether there is anything to publish although no event has come. */
    boolean isDue(Connection connection) throws SQLException {
        Instant watermark = late.watermark(connection);
        if (watermark == null) {
            return false;
        }
        try (PreparedStatement query = connection.prepareStatement("select exists (select" + due + ")")) {
            of(query).text(watermark.toString());
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    /**
     * After rows have changed, or time has gone on.
     *
     * @param changed keys of rows and the windows that they are of
     */
    void publish(Connection connection, Map<Object, Window> changed) throws SQLException {
        note(connection, changed);
        Instant watermark = late.watermark(connection);
        List<Result> results = watermark == null ? List.of() : due(connection, watermark);
        if (!results.isEmpty()) {
            publish(connection, results);
        }
    }

    private void note(Connection connection, Map<Object, Window> changed) throws SQLException {
        if (changed.isEmpty()) {
            return;
        }
        List<Map.Entry<Object, Window>> all = List.copyOf(changed.entrySet());
        try (PreparedStatement note = connection.prepareStatement("insert into " + windows
                + " (read_model, generation, row_key, starts_at, ends_at, closes_at, due) select ?, ?, w.row_key,"
                + " cast(w.starts as timestamptz), cast(w.ends as timestamptz), cast(w.closes as timestamptz), true"
                + " from unnest(?, ?, ?, ?) as w (row_key, starts, ends, closes)"
                + " on conflict (read_model, generation, row_key) do update set due = true")) {
            of(note).array("text", texts(all, e -> table.mapping().key().kind().written(e.getKey())))
                    .array("text", texts(all, e -> e.getValue().start().toString()))
                    .array("text", texts(all, e -> e.getValue().end().toString()))
                    .array("text", texts(all, e -> e.getValue().closesAt(grace).toString()));
            note.executeUpdate();
        }
    }

    private List<Result> due(Connection connection, Instant watermark) throws SQLException {
        var results = new ArrayList<Result>();
        try (PreparedStatement query = connection.prepareStatement("select w.row_key, w.starts_at, w.ends_at" + due
                + " order by w.closes_at, w.row_key limit " + AT_ONCE)) {
            of(query).text(watermark.toString());
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    results.add(new Result(
                            row.getString(1),
                            new Window(LetterRows.requireTime(row, 2), LetterRows.requireTime(row, 3))));
                }
            }
        }
        return results;
    }

    private void publish(Connection connection, List<Result> results) throws SQLException {
        List<Object> keys = results.stream()
                .map(result ->
                        Objects.requireNonNull(table.mapping().key().kind().parse(result.key())))
                .toList();
        Map<Object, R> rows = table.load(connection, keys);
        Map<String, String> before = before(connection, results);
        var records = new ArrayList<NewRecord>();
        var values = new ArrayList<@Nullable String>();
        for (int i = 0; i < results.size(); i++) {
            R row = rows.get(keys.get(i));
            String value = row == null ? null : value(row, results.get(i).window());
            String known = before.get(results.get(i).key());
            values.add(value == null ? null : checksum(value));
            if (!Objects.equals(value == null ? null : checksum(value), known)) {
                records.add(record(results.get(i), value));
            }
        }
        if (!records.isEmpty()) {
            outbox.add(connection, records);
        }
        settle(connection, results, values);
    }

    private Map<String, String> before(Connection connection, List<Result> results) throws SQLException {
        var checksums = new LinkedHashMap<String, String>();
        try (PreparedStatement query =
                connection.prepareStatement("select p.row_key, p.checksum from unnest(?) as k (key)" + " join "
                        + published + " as p on p.read_model = ? and p.row_key = k.key")) {
            new Parameters(query)
                    .array("text", texts(results, Result::key))
                    .text(table.mapping().readModel());
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    checksums.put(row.getString(1), row.getString(2));
                }
            }
        }
        return checksums;
    }

    /** The row with its window, where it has no fields of these names itself. */
    private String value(R row, Window window) {
        Map<String, @Nullable Object> fields = table.mapping().fields(row);
        fields.putIfAbsent("windowStart", window.start());
        fields.putIfAbsent("windowEnd", window.end());
        return json.write(fields);
    }

    private static String checksum(String value) {
        return Long.toHexString(Names.hash("published", value));
    }

    private NewRecord record(Result result, @Nullable String value) {
        return new NewRecord(
                topic,
                null,
                result.key().getBytes(StandardCharsets.UTF_8),
                List.of(
                        Header.text(Headers.CONTENT_TYPE, "application/json"),
                        Header.text(Headers.WINDOW, result.window().start().toString()),
                        Header.text(Headers.GENERATION, Integer.toString(late.generation()))),
                value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }

    /** @param checksums null for a row that is gone */
    private void settle(Connection connection, List<Result> results, List<@Nullable String> checksums)
            throws SQLException {
        try (PreparedStatement put = connection.prepareStatement("insert into " + published
                + " (read_model, row_key, checksum) select ?, p.* from unnest(?, ?) as p"
                + " on conflict (read_model, row_key) do update set checksum = excluded.checksum")) {
            new Parameters(put)
                    .text(table.mapping().readModel())
                    .array("text", texts(results, Result::key))
                    .array("text", checksums.toArray(String[]::new));
            put.executeUpdate();
        }
        try (PreparedStatement done = connection.prepareStatement("update " + windows
                + " as w set due = false from (select ? as read_model, ? as generation, k.* from unnest(?) as k (key)) as k"
                + " where w.read_model = k.read_model and w.generation = k.generation and w.row_key = k.key")) {
            of(done).array("text", texts(results, Result::key));
            done.executeUpdate();
        }
    }

    private Parameters of(PreparedStatement statement) throws SQLException {
        return new Parameters(statement).text(table.mapping().readModel()).number(late.generation());
    }

    private static <T> String[] texts(List<T> all, Function<T, String> each) {
        return all.stream().map(each).toArray(String[]::new);
    }
}
