package io.diptych.postgres;

import io.diptych.message.ConsistencyToken.Point;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.projection.ReadModelQueries.Freshness;
import io.diptych.projection.ReadModelQueries.Result;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Answers the app's own queries. The positions of all read models that a query names are read in the snapshot that its
 * rows come from, and each of them must be as fresh as asked.
 */
final class OwnAnswers {

    private final Database database;
    private final String schema;
    private final OwnQueries queries;
    private final Serving serving;
    private final Waiters waiters;
    private final Staleness staleness;

    OwnAnswers(
            Database database,
            String schema,
            OwnQueries queries,
            Serving serving,
            Waiters waiters,
            Staleness staleness) {
        this.database = database;
        this.schema = schema;
        this.queries = queries;
        this.serving = serving;
        this.waiters = waiters;
        this.staleness = staleness;
    }

    /** The generation of a read model that serves, and how far it is. */
    private record Reached(int generation, Map<Integer, Long> positions) {}

    /**
     * What one snapshot shows.
     *
     * @param reached by read model
     * @param behind the first read model that is not as fresh as asked; null when all are
     * @param rows none when a read model is behind
     */
    private record Snapshot(
            Map<String, Reached> reached, @Nullable String behind, List<Map<String, @Nullable Object>> rows) {

        Reached of(String readModel) {
            return Objects.requireNonNull(reached.get(readModel));
        }
    }

    Result answer(String name, Map<String, String> parameters, Freshness freshness) {
        OwnQuery query = queries.get(name);
        List<@Nullable String> arguments = query.arguments(parameters);
        long now = System.nanoTime();
        long deadline = now + freshness.maxWait().toNanos();
        try {
            var asked = new LinkedHashMap<String, List<Point>>();
            for (String readModel : query.readModels()) {
                List<Point> points = staleness.points(serving.aggregate(readModel), freshness, now, deadline);
                if (points == null) {
                    throw problem(readModel, read(query, arguments, Map.of()), freshness);
                }
                asked.put(readModel, points);
            }
            Snapshot snapshot = await(query, arguments, asked, freshness, deadline);
            return new Result(snapshot.rows(), staleness.seen(least(snapshot)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.Type.UNAVAILABLE.exception("The query was interrupted: the node is stopping");
        }
    }

    private Snapshot await(
            OwnQuery query,
            List<@Nullable String> arguments,
            Map<String, List<Point>> asked,
            Freshness freshness,
            long deadline)
            throws InterruptedException {
        var registered = new HashMap<String, Waiters.Waiter>();
        try {
            asked.forEach((readModel, points) -> {
                if (!points.isEmpty()) {
                    registered.put(readModel, waiters.register(readModel, points));
                }
            });
            while (true) {
                long left = deadline - System.nanoTime();
                Snapshot snapshot = read(query, arguments, asked);
                String behind = snapshot.behind();
                if (behind == null) {
                    return snapshot;
                }
                if (left <= 0) {
                    throw problem(behind, snapshot, freshness);
                }
                Objects.requireNonNull(registered.get(behind))
                        .await(snapshot.of(behind).generation(), left);
            }
        } finally {
            registered.values().forEach(Waiters.Waiter::close);
        }
    }

    private ProblemException problem(String readModel, Snapshot snapshot, Freshness freshness) {
        return staleness.problem(
                readModel, serving.aggregate(readModel), snapshot.of(readModel).positions(), freshness);
    }

    private Snapshot read(OwnQuery query, List<@Nullable String> arguments, Map<String, List<Point>> asked) {
        try (Connection connection = database.read()) {
            connection.setAutoCommit(false);
            try {
                holdServing(connection, query.readModels());
                Map<String, Reached> reached = reached(connection, query.readModels());
                for (String readModel : query.readModels()) {
                    var points = asked.getOrDefault(readModel, List.of());
                    var positions =
                            Objects.requireNonNull(reached.get(readModel)).positions();
                    if (Staleness.firstNotPassed(points, positions) != null) {
                        return new Snapshot(reached, readModel, List.of());
                    }
                }
                OwnQueries.resolveNames(connection, schema);
                return new Snapshot(reached, null, query.read(connection, arguments));
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw Failures.ofQuery(e);
        }
    }

    /**
     * Has the views show the same generations to the end of the transaction. Comes before the snapshot is taken: names
     * mean what is committed when they are read, so a view could otherwise be newer than the positions.
     */
    private void holdServing(Connection connection, List<String> readModels) throws SQLException {
        String views = readModels.stream()
                .map(readModel -> Names.qualified(schema, readModel))
                .collect(Collectors.joining(", "));
        try (Statement statement = connection.createStatement()) {
            statement.execute("lock table " + views + " in access share mode");
        }
    }

    private Map<String, Reached> reached(Connection connection, List<String> readModels) throws SQLException {
        String sql = "select g.read_model, g.generation, p.partition, p.next_offset from "
                + Names.qualified(schema, Schema.GENERATIONS) + " as g left join "
                + Names.qualified(schema, Schema.POSITIONS)
                + " as p on p.read_model = g.read_model and p.generation = g.generation"
                + " where g.state = 'SERVING' and g.read_model = any (?)";
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setArray(1, connection.createArrayOf("text", readModels.toArray()));
            var reached = new LinkedHashMap<String, Reached>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    int generation = row.getInt(2);
                    Reached one = reached.computeIfAbsent(
                            row.getString(1), readModel -> new Reached(generation, new TreeMap<>()));
                    int partition = row.getInt(3);
                    if (!row.wasNull()) {
                        one.positions().put(partition, row.getLong(4));
                    }
                }
            }
            return reached;
        }
    }

    /** What all of the read models have reached, by aggregate. */
    private Map<String, Map<Integer, Long>> least(Snapshot snapshot) {
        var least = new LinkedHashMap<String, Map<Integer, Long>>();
        snapshot.reached()
                .forEach((readModel, reached) ->
                        least.merge(serving.aggregate(readModel), reached.positions(), OwnAnswers::least));
        return least;
    }

    private static Map<Integer, Long> least(Map<Integer, Long> a, Map<Integer, Long> b) {
        var both = new TreeMap<Integer, Long>();
        a.forEach((partition, position) -> {
            Long other = b.get(partition);
            if (other != null) {
                both.put(partition, Math.min(position, other));
            }
        });
        return both;
    }
}
