package io.diptych.postgres;

import io.diptych.message.ConsistencyToken;
import io.diptych.message.ConsistencyToken.Point;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.postgres.SnapshotQuery.Snapshot;
import io.diptych.projection.Lag;
import io.diptych.projection.ReadModelQueries;
import io.diptych.projection.internal.LogEnds;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Queries. The positions are read in the same snapshot as the rows, so an answer is never older than what is said of it,
 * and how fresh it must be is a question of points to have passed, for a token as for a greatest age.
 */
final class PostgresQueries implements ReadModelQueries {

    private static final int MAX_LIMIT = 1000;

    private final Database database;
    private final String schema;
    private final Map<String, Served> models;
    private final Waiters waiters;
    private final LogEnds ends;

    /** A read model and the aggregate whose points it passes. */
    record Served(RowMapping<?> mapping, String aggregate) {}

    PostgresQueries(Database database, String schema, Map<String, Served> models, Waiters waiters, LogEnds ends) {
        this.database = database;
        this.schema = schema;
        this.models = models;
        this.waiters = waiters;
        this.ends = ends;
    }

    @Override
    public Row find(String readModel, String key, Freshness freshness) {
        Served served = served(readModel);
        RowMapping<?> mapping = served.mapping();
        var conditions = new Conditions();
        conditions.equal(mapping.key(), key);
        Snapshot snapshot =
                answer(served, freshness, query(mapping, select(mapping) + conditions.where(), conditions, null));
        var rows = snapshot.rows();
        return new Row(rows.isEmpty() ? null : rows.getFirst(), seen(served, snapshot));
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
        Snapshot snapshot = answer(served, freshness, query(mapping, sql, page, query.count() ? filters : null));
        return page(ordering, query.limit(), snapshot, seen(served, snapshot));
    }

    private Served served(String readModel) {
        Served served = models.get(readModel);
        if (served == null) {
            throw Problem.Type.UNKNOWN_READ_MODEL.exception(
                    "There is no read model [" + Conditions.shortened(readModel) + "], only " + models.keySet());
        }
        return served;
    }

    /** Reads when the read model is as fresh as asked; else says how far it is behind. */
    private Snapshot answer(Served served, Freshness freshness, SnapshotQuery query) {
        long now = System.nanoTime();
        long deadline = now + freshness.maxWait().toNanos();
        try {
            List<Point> points = points(served, freshness.token());
            if (freshness.maxStaleness() != null) {
                var recent = ends.asOf(
                        served.aggregate(), now - freshness.maxStaleness().toNanos(), deadline);
                if (recent == null) {
                    throw tooOld(served, read(query).positions(), freshness, freshness.maxStaleness());
                }
                points.addAll(recent);
            }
            return points.isEmpty() ? read(query) : await(served, points, freshness, deadline, query);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.Type.UNAVAILABLE.exception("The query was interrupted: the node is stopping");
        }
    }

    private Snapshot await(Served served, List<Point> points, Freshness freshness, long deadline, SnapshotQuery query)
            throws InterruptedException {
        try (var waiter = waiters.register(served.mapping().readModel(), points)) {
            while (true) {
                long left = deadline - System.nanoTime();
                Snapshot snapshot = read(query);
                Point behind = firstNotPassed(points, snapshot.positions());
                if (behind == null) {
                    return snapshot;
                }
                if (left <= 0) {
                    Point ofToken = firstNotPassed(points(served, freshness.token()), snapshot.positions());
                    throw ofToken == null && freshness.maxStaleness() != null
                            ? tooOld(served, snapshot.positions(), freshness, freshness.maxStaleness())
                            : notCaughtUp(served, ofToken == null ? behind : ofToken, snapshot.positions(), freshness);
                }
                waiter.await(left);
            }
        }
    }

    private static List<Point> points(Served served, @Nullable ConsistencyToken token) {
        var points = new ArrayList<Point>();
        if (token != null) {
            token.points().stream()
                    .filter(point -> point.aggregate().equals(served.aggregate()))
                    .forEach(points::add);
        }
        return points;
    }

    private static @Nullable Point firstNotPassed(List<Point> points, Map<Integer, Long> positions) {
        for (Point point : points) {
            if (positions.getOrDefault(point.partition(), 0L) <= point.offset()) {
                return point;
            }
        }
        return null;
    }

    private Snapshot read(SnapshotQuery query) {
        try (Connection connection = database.read()) {
            return query.read(connection);
        } catch (SQLException e) {
            throw Failures.ofQuery(e);
        }
    }

    private ProblemException notCaughtUp(
            Served served, Point point, Map<Integer, Long> positions, Freshness freshness) {
        long position = positions.getOrDefault(point.partition(), 0L);
        String readModel = served.mapping().readModel();
        return new ProblemException(Problem.Type.NOT_CAUGHT_UP.with(
                "The read model [" + readModel + "] is at position [" + position + "] of partition ["
                        + point.partition() + "] and has not passed offset [" + point.offset() + "] within ["
                        + freshness.maxWait().toMillis() + " ms]: ask again, or without the token",
                extensions(served, positions, Map.of("behind", point.offset() + 1 - position))));
    }

    private ProblemException tooOld(
            Served served, Map<Integer, Long> positions, Freshness freshness, Duration maxStaleness) {
        Lag lag = ends.lag(served.aggregate(), positions);
        String events = lag.events() == null ? "unknown" : lag.events().toString();
        String seconds = lag.seconds() == null ? "unknown" : lag.seconds();
        String asked = Lag.seconds(maxStaleness);
        return new ProblemException(Problem.Type.NOT_CAUGHT_UP.with(
                "The read model [" + served.mapping().readModel() + "] is [" + events + "] events and [" + seconds
                        + "] seconds behind, and was not within the max-staleness of [" + asked + "] seconds within ["
                        + freshness.maxWait().toMillis() + " ms]: ask again, or with a greater max-staleness",
                extensions(served, positions, Map.of("maxStaleness", new BigDecimal(asked)))));
    }

    private Map<String, Object> extensions(Served served, Map<Integer, Long> positions, Map<String, Object> others) {
        var extensions = new LinkedHashMap<>(others);
        extensions.put("readModel", served.mapping().readModel());
        Lag lag = ends.lag(served.aggregate(), positions);
        if (lag.events() != null) {
            extensions.put("lagEvents", lag.events());
        }
        if (lag.seconds() != null) {
            extensions.put("lagSeconds", new BigDecimal(lag.seconds()));
        }
        return extensions;
    }

    private Seen seen(Served served, Snapshot snapshot) {
        var points = new ArrayList<Point>();
        snapshot.positions().forEach((partition, position) -> {
            if (position > 0) {
                points.add(new Point(served.aggregate(), partition, position - 1));
            }
        });
        return new Seen(new ConsistencyToken(points), ends.lag(served.aggregate(), snapshot.positions()));
    }

    private SnapshotQuery query(
            RowMapping<?> mapping, String sql, Conditions conditions, @Nullable Conditions counted) {
        return new SnapshotQuery(schema, mapping, sql, conditions, counted);
    }

    private String select(RowMapping<?> mapping) {
        return "select " + mapping.columnList() + " from " + Names.qualified(schema, mapping.readModel());
    }

    private static Page page(Ordering ordering, int limit, Snapshot snapshot, Seen seen) {
        var rows = snapshot.rows();
        if (rows.size() <= limit) {
            return new Page(rows, null, snapshot.count(), seen);
        }
        var shown = List.copyOf(rows.subList(0, limit));
        var last = new ArrayList<@Nullable String>();
        for (Ordering.Field field : ordering.fields()) {
            Object value = shown.getLast().get(field.column().field());
            last.add(value == null ? null : value.toString());
        }
        return new Page(shown, ordering.cursor(last), snapshot.count(), seen);
    }
}
