package io.diptych.postgres;

import io.diptych.message.ConsistencyToken.Point;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.projection.ReadModelQueries;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Queries. With a token, the positions are looked at in the same snapshot as the rows, so an answer is never older than
 * the check of it.
 */
final class PostgresQueries implements ReadModelQueries {

    private static final int MAX_LIMIT = 1000;

    private final Database database;
    private final String schema;
    private final Map<String, Served> models;
    private final Waiters waiters;

    /** A read model and the aggregate whose points it passes. */
    record Served(RowMapping<?> mapping, String aggregate) {}

    /** The part of a query that reads rows. */
    private interface Reading<T> {
        T read(Connection connection) throws SQLException;
    }

    PostgresQueries(Database database, String schema, Map<String, Served> models, Waiters waiters) {
        this.database = database;
        this.schema = schema;
        this.models = models;
        this.waiters = waiters;
    }

    @Override
    public @Nullable Map<String, @Nullable Object> find(String readModel, String key, Freshness freshness) {
        Served served = served(readModel);
        RowMapping<?> mapping = served.mapping();
        var conditions = new Conditions();
        conditions.equal(mapping.key(), key);
        String sql = select(mapping) + conditions.where();
        var rows = answer(served, freshness, false, connection -> rows(connection, mapping, sql, conditions));
        return rows.isEmpty() ? null : rows.getFirst();
    }

    @Override
    public Page list(String readModel, ListQuery query, Freshness freshness) {
        Served served = served(readModel);
        RowMapping<?> mapping = served.mapping();
        if (query.limit() < 1 || query.limit() > MAX_LIMIT) {
            throw Problem.Type.INVALID_QUERY.exception("The limit [" + query.limit() + "] must be 1 to " + MAX_LIMIT);
        }
        Ordering ordering = Ordering.of(mapping, query.sort());
        var filters = new Conditions();
        query.filters().forEach((name, value) -> filters.equal(Conditions.field(mapping, name), value));
        var page = filters.copy();
        if (query.cursor() != null) {
            ordering.after(ordering.read(query.cursor()), page);
        }
        // One more than asked for tells whether there is a next page.
        String sql =
                select(mapping) + page.where() + " order by " + ordering.orderBy() + " limit " + (query.limit() + 1);
        return answer(
                served,
                freshness,
                query.count(),
                connection -> page(
                        ordering,
                        query.limit(),
                        rows(connection, mapping, sql, page),
                        query.count() ? count(connection, mapping, filters) : null));
    }

    private Served served(String readModel) {
        Served served = models.get(readModel);
        if (served == null) {
            throw Problem.Type.UNKNOWN_READ_MODEL.exception(
                    "There is no read model [" + Conditions.shortened(readModel) + "], only " + models.keySet());
        }
        return served;
    }

    private <T> T answer(Served served, Freshness freshness, boolean oneSnapshot, Reading<T> reading) {
        List<Point> points = points(served, freshness);
        if (points.isEmpty()) {
            return inDatabase(connection -> oneSnapshot ? snapshot(connection, reading) : reading.read(connection));
        }
        long deadline = System.nanoTime() + freshness.maxWait().toNanos();
        try (var waiter = waiters.register(served.mapping().readModel(), points)) {
            while (true) {
                long left = deadline - System.nanoTime();
                var outcome = inDatabase(
                        connection -> snapshot(connection, c -> readUnlessBehind(c, served, points, reading)));
                if (outcome.behind() == null) {
                    return outcome.get();
                }
                if (left <= 0) {
                    throw notCaughtUp(served, outcome.behind(), freshness);
                }
                waiter.await(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.Type.UNAVAILABLE.exception("The query was interrupted: the node is stopping");
        }
    }

    private static List<Point> points(Served served, Freshness freshness) {
        return freshness.token() == null
                ? List.of()
                : freshness.token().points().stream()
                        .filter(point -> point.aggregate().equals(served.aggregate()))
                        .toList();
    }

    private <T> T inDatabase(Reading<T> reading) {
        try (Connection connection = database.read()) {
            return reading.read(connection);
        } catch (SQLException e) {
            throw Failures.ofQuery(e);
        }
    }

    private static <T> T snapshot(Connection connection, Reading<T> reading) throws SQLException {
        connection.setAutoCommit(false);
        try {
            return reading.read(connection);
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    /** An answer, or the point that is not passed yet. */
    private record Outcome<T>(@Nullable T answer, @Nullable Behind behind) {
        @SuppressWarnings("NullAway") // an answer is there unless behind is
        T get() {
            return answer;
        }
    }

    /** A point and where the read model is instead. */
    private record Behind(Point point, long position) {}

    private <T> Outcome<T> readUnlessBehind(
            Connection connection, Served served, List<Point> points, Reading<T> reading) throws SQLException {
        Map<Integer, Long> positions = positions(connection, served.mapping().readModel(), points);
        for (Point point : points) {
            long position = positions.getOrDefault(point.partition(), 0L);
            if (position <= point.offset()) {
                return new Outcome<>(null, new Behind(point, position));
            }
        }
        return new Outcome<>(reading.read(connection), null);
    }

    private Map<Integer, Long> positions(Connection connection, String readModel, List<Point> points)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select partition, next_offset from "
                + Names.qualified(schema, Schema.POSITIONS) + " where read_model = ? and partition = any (?)")) {
            query.setString(1, readModel);
            query.setArray(
                    2,
                    connection.createArrayOf(
                            "int4", points.stream().map(Point::partition).toArray(Integer[]::new)));
            var positions = new HashMap<Integer, Long>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    positions.put(row.getInt(1), row.getLong(2));
                }
            }
            return positions;
        }
    }

    private static ProblemException notCaughtUp(Served served, Behind behind, Freshness freshness) {
        String readModel = served.mapping().readModel();
        Point point = behind.point();
        return new ProblemException(Problem.Type.NOT_CAUGHT_UP.with(
                "The read model [" + readModel + "] is at position [" + behind.position() + "] of partition ["
                        + point.partition() + "] and has not passed offset [" + point.offset() + "] within ["
                        + freshness.maxWait().toMillis() + " ms]: ask again, or without the token",
                Map.of("readModel", readModel, "behind", point.offset() + 1 - behind.position())));
    }

    private String select(RowMapping<?> mapping) {
        return "select " + mapping.columnList() + " from " + Names.qualified(schema, mapping.readModel());
    }

    private static List<Map<String, @Nullable Object>> rows(
            Connection connection, RowMapping<?> mapping, String sql, Conditions conditions) throws SQLException {
        var rows = new ArrayList<Map<String, @Nullable Object>>();
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            conditions.bind(query);
            try (ResultSet result = query.executeQuery()) {
                while (result.next()) {
                    var row = new LinkedHashMap<String, @Nullable Object>();
                    for (int i = 0; i < mapping.columns().size(); i++) {
                        Column column = mapping.columns().get(i);
                        row.put(column.field(), column.kind().published().read(result, i + 1));
                    }
                    rows.add(row);
                }
            }
        }
        return rows;
    }

    private long count(Connection connection, RowMapping<?> mapping, Conditions filters) throws SQLException {
        String sql = "select count(*) from " + Names.qualified(schema, mapping.readModel()) + filters.where();
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            filters.bind(query);
            try (ResultSet result = query.executeQuery()) {
                result.next();
                return result.getLong(1);
            }
        }
    }

    private static Page page(
            Ordering ordering, int limit, List<Map<String, @Nullable Object>> rows, @Nullable Long count) {
        if (rows.size() <= limit) {
            return new Page(rows, null, count);
        }
        var shown = List.copyOf(rows.subList(0, limit));
        var last = new ArrayList<@Nullable String>();
        for (Ordering.Field field : ordering.fields()) {
            Object value = shown.getLast().get(field.column().field());
            last.add(value == null ? null : value.toString());
        }
        return new Page(shown, ordering.cursor(last), count);
    }
}
