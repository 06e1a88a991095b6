package io.diptych.postgres;

import io.diptych.postgres.Serving.Rows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a stream needs to go on, of one snapshot and in one round trip: where the log of changes stands, the next changes
 * that matter, and the next rows in the order of their keys while not all have been told.
 *
 * @param matching which rows the stream shows
 */
record ChangePage(String schema, Rows rows, Conditions matching) {

    /** Of changes and of rows each; so much a stream holds at most while its reader is slow. */
    static final int LIMIT = 200;

    /**
     * Where the log stands.
     *
     * @param log tells it from any other
     * @param generation whose changes it holds
     * @param number of the last change
     * @param floor of the last change that is not there any more
     */
    record Head(String log, int generation, long number, long floor) {}

    /**
     * An entry.
     *
     * @param row after it; null when the stream does not show it any more
     */
    record Entry(long number, String key, @Nullable String row) {}

    /** @param head null when changes are not kept */
    record Found(@Nullable Head head, List<Entry> entries, List<Map<String, @Nullable Object>> rows) {}

    /**
     * Where a stream is.
     *
     * @param number of the last change that it has told or passed over
     * @param key up to which rows have been told; null for none
     * @param complete all rows have been told
     */
    record Place(
            @Nullable String log, long number, @Nullable String key, boolean complete) {}

    Found read(Connection connection, Place place) throws SQLException {
        boolean entries = place.complete() || place.key() != null;
        String sql = "select log, generation, number, floor from " + Names.qualified(schema, Schema.CHANGE_LOGS)
                + " where read_model = ? and recording" + (entries ? "; " + entriesSql(place) : "")
                + (place.complete() ? "" : "; " + rowsSql(place));
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, rows.shape().readModel());
            int next = 2;
            if (entries) {
                next = matching.bind(query, next);
                next = matching.bind(query, next);
                query.setString(next++, rows.shape().readModel());
                query.setLong(next++, place.number());
                if (!place.complete()) {
                    query.setString(next++, place.key());
                }
            }
            if (!place.complete()) {
                next = matching.bind(query, next);
                if (place.key() != null) {
                    query.setString(next, place.key());
                }
            }
            query.execute();
            Head head = head(query);
            List<Entry> found = entries ? entries(query) : List.of();
            return new Found(head, found, place.complete() ? List.of() : rows(query));
        }
    }

    private String entriesSql(Place place) {
        return "select c.number, c.row_key, case when m.shown then c.after end from "
                + Names.qualified(schema, Schema.CHANGES) + " as c cross join lateral (select " + matches("after")
                + " as shown, " + matches("before") + " as was_shown) as m where c.read_model = ? and c.number > ?"
                + (place.complete() ? "" : " and " + typed("c.row_key") + " <= " + key().parameter())
                + " and (m.shown or m.was_shown) order by c.number limit " + LIMIT;
    }

    /** Whether a row as it stands in the log is one that the stream shows: its fields are given back their types. */
    private String matches(String side) {
        String columns = rows.shape().columns().stream()
                .map(c -> "cast(c." + side + " ->> '" + c.field().replace("'", "''") + "' as "
                        + c.kind().columnType() + ")" + collation(c) + " as " + c.quoted())
                .collect(Collectors.joining(", "));
        return "(c." + side + " is not null and exists (select from (select " + columns + ") as t" + matching.where()
                + "))";
    }

    private String typed(String text) {
        return "cast(" + text + " as " + key().kind().columnType() + ")" + collation(key());
    }

    /** As in the table, where texts are ordered by code point. */
    private static String collation(Column column) {
        return column.kind().columnType().equals("text") ? " collate \"C\"" : "";
    }

    private String rowsSql(Place place) {
        Conditions next = matching.copy();
        if (place.key() != null) {
            next.add(key().quoted() + " > " + key().parameter(), List.of(place.key()));
        }
        return rows.select() + next.where() + " order by " + key().quoted() + " limit " + LIMIT;
    }

    private Column key() {
        return rows.shape().key();
    }

    private static @Nullable Head head(PreparedStatement query) throws SQLException {
        try (ResultSet row = query.getResultSet()) {
            return row.next() ? new Head(row.getString(1), row.getInt(2), row.getLong(3), row.getLong(4)) : null;
        }
    }

    private static List<Entry> entries(PreparedStatement query) throws SQLException {
        query.getMoreResults();
        var found = new ArrayList<Entry>();
        try (ResultSet row = query.getResultSet()) {
            while (row.next()) {
                found.add(new Entry(row.getLong(1), row.getString(2), row.getString(3)));
            }
        }
        return found;
    }

    private List<Map<String, @Nullable Object>> rows(PreparedStatement query) throws SQLException {
        query.getMoreResults();
        var found = new ArrayList<Map<String, @Nullable Object>>();
        try (ResultSet row = Objects.requireNonNull(query.getResultSet())) {
            while (row.next()) {
                found.add(rows.shape().row(row));
            }
        }
        return found;
    }
}
