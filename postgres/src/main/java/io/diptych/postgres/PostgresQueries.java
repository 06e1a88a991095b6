package io.diptych.postgres;

import io.diptych.message.ConsistencyToken.Point;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.postgres.Serving.Rows;
import io.diptych.postgres.SnapshotQuery.Snapshot;
import io.diptych.projection.Filter;
import io.diptych.projection.ReadModelQueries;
import io.diptych.projection.RowStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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
    private final Staleness staleness;
    private final OwnAnswers own;
    private final RowStreams streams;

    private final Map<String, Lookups> lookups = new ConcurrentHashMap<>();

    /** How the rows that serve are read. */
    private interface Reading {
        Snapshot of(Rows rows) throws SQLException;
    }

    /** What was read, of which rows. */
    private record Answer(Rows rows, Snapshot snapshot) {}

    PostgresQueries(
            Database database,
            String schema,
            Serving serving,
            Waiters waiters,
            Staleness staleness,
            OwnAnswers own,
            RowStreams streams) {
        this.database = database;
        this.schema = schema;
        this.serving = serving;
        this.waiters = waiters;
        this.staleness = staleness;
        this.own = own;
        this.streams = streams;
    }

    @Override
    public Row find(String readModel, String key, Freshness freshness) {
        Answer answer = answer(
                readModel,
                freshness,
                rows -> lookups.computeIfAbsent(readModel, name -> new Lookups(database, schema))
                        .find(rows, key));
        var rows = answer.snapshot().rows();
        return new Row(rows.isEmpty() ? null : rows.getFirst(), seen(answer));
    }

    @Override
    public Page list(String readModel, ListQuery query, Freshness freshness) {
        if (query.limit() < 1 || query.limit() > MAX_LIMIT) {
            throw Problem.Type.INVALID_QUERY.exception("The limit [" + query.limit() + "] must be 1 to " + MAX_LIMIT);
        }
        Answer answer = answer(readModel, freshness, rows -> {
            SnapshotQuery page = page(rows, query);
            try (Connection connection = database.read()) {
                return page.read(connection);
            }
        });
        return page(Ordering.of(answer.rows().shape(), query.sort()), query.limit(), answer.snapshot(), seen(answer));
    }

    @Override
    public Result query(String name, Map<String, String> parameters, Freshness freshness) {
        return own.answer(name, parameters, freshness);
    }

    @Override
    public RowStream stream(String readModel, @Nullable String key, List<Filter> filters, @Nullable String lastId) {
        return streams.open(readModel, key, filters, lastId);
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
            List<Point> points = staleness.points(serving.aggregate(readModel), freshness, now, deadline);
            if (points == null) {
                throw problem(read(readModel, reading), freshness);
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
            Integer generation = serving.generation(readModel);
            if (generation != null && waiter.isBehind(generation)) {
                waiter.await(generation, deadline - System.nanoTime());
            }
            while (true) {
                long left = deadline - System.nanoTime();
                Answer answer = read(readModel, reading);
                if (Staleness.firstNotPassed(points, answer.snapshot().positions()) == null) {
                    return answer;
                }
                if (left <= 0) {
                    throw problem(answer, freshness);
                }
                waiter.await(answer.rows().generation(), left);
            }
        }
    }

    /** Reads the rows that serve; once more when others have just taken their place. */
    private Answer read(String readModel, Reading reading) {
        try {
            Answer answer = attempt(readModel, reading);
            while (!answer.snapshot().serving()) {
                serving.forget();
                answer = attempt(readModel, reading);
            }
            return answer;
        } catch (SQLException e) {
            throw Failures.ofQuery(e);
        }
    }

    private Answer attempt(String readModel, Reading reading) throws SQLException {
        try {
            return read(serving.of(readModel, database), reading);
        } catch (SQLException e) {
            if (!Failures.isOfTheSchema(e)) {
                throw e;
            }
            serving.forget(); // They were dropped.
            return read(serving.of(readModel, database), reading);
        }
    }

    private static Answer read(Rows rows, Reading reading) throws SQLException {
        return new Answer(rows, reading.of(rows));
    }

    private ProblemException problem(Answer answer, Freshness freshness) {
        Rows rows = answer.rows();
        return staleness.problem(
                rows.shape().readModel(), rows.aggregate(), answer.snapshot().positions(), freshness);
    }

    private Seen seen(Answer answer) {
        return staleness.seen(
                Map.of(answer.rows().aggregate(), answer.snapshot().positions()));
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
