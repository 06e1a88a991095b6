package io.diptych.postgres;

import io.diptych.postgres.Serving.Rows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows of one generation, the positions they stand for, and perhaps a count, of one snapshot and in one round trip. The statements
 * are sent together, which makes them one transaction, and the connection's transactions are at REPEATABLE READ.
 *
 * @param which conditions, order and limit of the rows
 * @param conditions of that
 * @param counted conditions of the rows to count; null for no count
 */
record SnapshotQuery(
        String schema,
        Rows generation,
        String which,
        Conditions conditions,
        @Nullable Conditions counted) {

    /**
     * What was read.
     *
     * @param serving whether the generation served then: since another took its place, it may be ahead of that one
     */
    record Snapshot(
            boolean serving,
            Map<Integer, Long> positions,
            List<Map<String, @Nullable Object>> rows,
            @Nullable Long count) {}

    Snapshot read(Connection connection) throws SQLException {
        String sql = reached(schema)
                + generation.select()
                + which
                + (counted == null ? "" : "; select count(*) from " + generation.table() + counted.where());
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            int next = conditions.bind(query, bindReached(query, generation));
            if (counted != null) {
                counted.bind(query, next);
            }
            query.execute();
            var positions = new TreeMap<Integer, Long>();
            boolean serving = readReached(query, positions);
            var found = rows(query);
            return new Snapshot(serving, positions, found, counted == null ? null : (Long) count(query));
        }
    }

    /** The statement that such a query begins with, for what is the rows' and not in them. */
    static String reached(String schema) {
        return "select g.state, p.partition, p.next_offset from " + Names.qualified(schema, Schema.GENERATIONS)
                + " g left join " + Names.qualified(schema, Schema.POSITIONS)
                + " p on p.read_model = g.read_model and p.generation = g.generation"
                + " where g.read_model = ? and g.generation = ?; ";
    }

    /** Sets the parameters of {@link #reached}; returns the index of the next one. */
    static int bindReached(PreparedStatement query, Rows generation) throws SQLException {
        query.setString(1, generation.shape().readModel());
        query.setInt(2, generation.generation());
        return 3;
    }

    /** Adds the positions and goes on to the next result; returns whether the generation serves. */
    static boolean readReached(PreparedStatement query, Map<Integer, Long> positions) throws SQLException {
        boolean serving = false;
        try (ResultSet row = query.getResultSet()) {
            while (row.next()) {
                serving = row.getString(1).equals("SERVING");
                int partition = row.getInt(2);
                if (!row.wasNull()) {
                    positions.put(partition, row.getLong(3));
                }
            }
        }
        query.getMoreResults();
        return serving;
    }

    private List<Map<String, @Nullable Object>> rows(PreparedStatement query) throws SQLException {
        var found = new ArrayList<Map<String, @Nullable Object>>();
        try (ResultSet result = query.getResultSet()) {
            while (result.next()) {
                found.add(generation.shape().row(result));
            }
        }
        return found;
    }

    private static long count(PreparedStatement query) throws SQLException {
        query.getMoreResults();
        try (ResultSet result = query.getResultSet()) {
            result.next();
            return result.getLong(1);
        }
    }
}
