package io.diptych.postgres;

import io.diptych.message.ConsistencyToken;
import io.diptych.message.ConsistencyToken.Point;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.postgres.Serving.Rows;
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
    private final Serving serving;
    private final Waiters waiters;
    private final LogEnds ends;

    /** How the rows that serve are read. */
    private interface Reading {
        SnapshotQuery of(Rows rows);
    }

    /** What was read, of which rows. */
    private record Answer(Rows rows, Snapshot snapshot) {}

    PostgresQueries(Database database, String schema, Serving serving, Waiters waiters, LogEnds ends) {
        this.database = database;
        this.schema = schema;
        this.serving = serving;
        this.waiters = waiters;
        this.ends = ends;
    }

    @Override
    public Row find(String readModel, String key, Freshness freshness) {
        Answer answer = answer(readModel, freshness, rows -> {
            var conditions = new Conditions();
            conditions.equal(rows.shape().key(), key);
            return new SnapshotQuery(schema, rows, conditions.where(), conditions, null);
        });
        var rows = answer.snapshot().rows();
        return new Row(rows.isEmpty() ? null : rows.getFirst(), seen(answer));
    }

    @Override
    public Page list(String readModel, ListQuery query, Freshness freshness) {
        if (query.limit() < 1 || query.limit() > MAX_LIMIT) {
            throw Problem.Type.INVALID_QUERY.exception("The limit [" + query.limit() + "] must be 1 to " + MAX_LIMIT);
        }
        Answer answer = answer(readModel, freshness, rows -> page(rows, query));
        return page(Ordering.of(answer.rows().shape(), query.sort()), query.limit(), answer.snapshot(), seen(answer));
    }

    private SnapshotQuery page(Rows rows, ListQuery query) {
        Ordering ordering = Ordering.of(rows.shape(), query.sort());
        var filters = new Conditions();
        query.filters().forEach(filter -> filters.add(rows.shape(), filter));
        var page = filters.copy();
        if (query.cursor() != null) {
            ordering.after(ordering.read(query.cursor()), page);
        }
        // One more than asked for tells whether there is a next page.
        String sql = page.where() + " order by " + ordering.orderBy() + " limit " + (query.limit() + 1);
        return new SnapshotQuery(schema, rows, sql, page, query.count() ? filters : null);
    }

    /** Reads when the read model is as fresh as asked; else says how far it is behind. */
    private Answer answer(String readModel, Freshness freshness, Reading reading) {
        long now = System.nanoTime();
        long deadline = now + freshness.maxWait().toNanos();
        try {
            String aggregate = serving.aggregate(readModel);
            List<Point> points = points(aggregate, freshness.token());
            if (freshness.maxStaleness() != null) {
                var recent = ends.asOf(aggregate, now - freshness.maxStaleness().toNanos(), deadline);
                if (recent == null) {
                    throw tooOld(read(readModel, reading), freshness, freshness.maxStaleness());
                }
                points.addAll(recent);
            }
            return points.isEmpty() ? read(readModel, reading) : await(readModel, points, freshness, deadline, reading);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.Type.UNAVAILABLE.exception("The query was interrupted: the node is stopping");
        }
    }

    /** Looks again whenever there is a reason to, which may be that other rows serve now. */
    private Answer await(String readModel, List<Point> points, Freshness freshness, long deadline, Reading reading)
            throws InterruptedException {
        try (var waiter = waiters.register(readModel, points)) {
            while (true) {
                long left = deadline - System.nanoTime();
                Answer answer = read(readModel, reading);
                Map<Integer, Long> positions = answer.snapshot().positions();
                Point behind = firstNotPassed(points, positions);
                if (behind == null) {
                    return answer;
                }
                if (left <= 0) {
                    Point ofToken = firstNotPassed(points(answer.rows().aggregate(), freshness.token()), positions);
                    throw ofToken == null && freshness.maxStaleness() != null
                            ? tooOld(answer, freshness, freshness.maxStaleness())
                            : notCaughtUp(answer, ofToken == null ? behind : ofToken, freshness);
                }
                waiter.await(answer.rows().generation(), left);
            }
        }
    }

    private static List<Point> points(String aggregate, @Nullable ConsistencyToken token) {
        var points = new ArrayList<Point>();
        if (token != null) {
            token.points().stream()
                    .filter(point -> point.aggregate().equals(aggregate))
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

    /** Reads the rows that serve; once more when they have just been dropped. */
    private Answer read(String readModel, Reading reading) {
        try {
            try {
                return read(reading, serving.of(readModel, database));
            } catch (SQLException e) {
                if (!Failures.isOfTheSchema(e)) {
                    throw e;
                }
                serving.forget();
                return read(reading, serving.of(readModel, database));
            }
        } catch (SQLException e) {
            throw Failures.ofQuery(e);
        }
    }

    private Answer read(Reading reading, Rows rows) throws SQLException {
        SnapshotQuery query = reading.of(rows);
        try (Connection connection = database.read()) {
            return new Answer(rows, query.read(connection));
        }
    }

    private ProblemException notCaughtUp(Answer answer, Point point, Freshness freshness) {
        Map<Integer, Long> positions = answer.snapshot().positions();
        long position = positions.getOrDefault(point.partition(), 0L);
        return new ProblemException(Problem.Type.NOT_CAUGHT_UP.with(
                "The read model [" + answer.rows().shape().readModel() + "] is at position [" + position
                        + "] of partition ["
                        + point.partition() + "] and has not passed offset [" + point.offset() + "] within ["
                        + freshness.maxWait().toMillis() + " ms]: ask again, or without the token",
                extensions(answer, Map.of("behind", point.offset() + 1 - position))));
    }

    private ProblemException tooOld(Answer answer, Freshness freshness, Duration maxStaleness) {
        Lag lag = lag(answer);
        String events = lag.events() == null ? "unknown" : lag.events().toString();
        String seconds = lag.seconds() == null ? "unknown" : lag.seconds();
        String asked = Lag.seconds(maxStaleness);
        return new ProblemException(Problem.Type.NOT_CAUGHT_UP.with(
                "The read model [" + answer.rows().shape().readModel() + "] is [" + events + "] events and [" + seconds
                        + "] seconds behind, and was not within the max-staleness of [" + asked + "] seconds within ["
                        + freshness.maxWait().toMillis() + " ms]: ask again, or with a greater max-staleness",
                extensions(answer, Map.of("maxStaleness", new BigDecimal(asked)))));
    }

    private Map<String, Object> extensions(Answer answer, Map<String, Object> others) {
        var extensions = new LinkedHashMap<>(others);
        extensions.put("readModel", answer.rows().shape().readModel());
        Lag lag = lag(answer);
        if (lag.events() != null) {
            extensions.put("lagEvents", lag.events());
        }
        if (lag.seconds() != null) {
            extensions.put("lagSeconds", new BigDecimal(lag.seconds()));
        }
        return extensions;
    }

    private Lag lag(Answer answer) {
        return ends.lag(answer.rows().aggregate(), answer.snapshot().positions());
    }

    private Seen seen(Answer answer) {
        var points = new ArrayList<Point>();
        answer.snapshot().positions().forEach((partition, position) -> {
            if (position > 0) {
                points.add(new Point(answer.rows().aggregate(), partition, position - 1));
            }
        });
        return new Seen(new ConsistencyToken(points), lag(answer));
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
