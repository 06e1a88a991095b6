package io.diptych.postgres;

import io.diptych.projection.internal.RowStore;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The rows and positions of one generation of a read model. A batch is one transaction of three round trips: lock, positions and load;
 * write back and notify; commit.
 *
 * <p>Two things keep it right. The positions move by compare-and-swap, so of two owners of a partition one fails and
 * rolls back. And a batch whose rows other partitions feed as well holds a lock that excludes all other batches of the
 * read model, so no update is lost between load and write; batches of own rows share that lock and run side by side.
 */
final class PostgresRowStore<R> implements RowStore<R> {

    private final Database database;
    private final RowMapping<R> mapping;
    private final int generation;
    private final RowStatements sql;

    PostgresRowStore(Database database, String schema, RowMapping<R> mapping, int generation) {
        this.database = database;
        this.mapping = mapping;
        this.generation = generation;
        this.sql = new RowStatements(schema, mapping, generation);
    }

    @Override
    public Map<Integer, Long> positions(Set<Integer> partitions) {
        var positions = new HashMap<Integer, Long>();
        partitions.forEach(partition -> positions.put(partition, 0L));
        try (Connection connection = database.write();
                PreparedStatement query = connection.prepareStatement(sql.positions())) {
            query.setString(1, mapping.readModel());
            query.setArray(2, connection.createArrayOf("int4", partitions.toArray(Integer[]::new)));
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    positions.put(row.getInt(1), row.getLong(2));
                }
            }
            return positions;
        } catch (SQLException e) {
            throw Failures.ofBatch(mapping.readModel(), e);
        }
    }

    @Override
    public R canonical(R row) {
        return mapping.canonical(row);
    }

    @Override
    public void apply(Batch<R> batch) {
        Map<Object, Object> keys = keys(batch.keys());
        try (Connection connection = database.write()) {
            try {
                Map<Object, R> stored = begin(connection, batch, keys);
                Map<Object, @Nullable R> folded = batch.fold().apply(stored);
                write(connection, batch.moves(), Changes.of(mapping, keys.keySet(), stored, folded));
                connection.commit();
            } catch (Throwable e) {
                Schema.rollback(connection);
                throw e;
            }
        } catch (SQLException e) {
            throw Failures.ofBatch(mapping.readModel(), e);
        }
    }

    /** The keys as array elements. */
    private Map<Object, Object> keys(Set<Object> keys) {
        Kind kind = mapping.key().kind();
        var elements = new LinkedHashMap<Object, Object>(keys.size() * 2);
        for (Object key : keys) {
            if (!kind.javaType().isInstance(key)) {
                throw new RowRefusedException(
                        "The projection of read model [" + mapping.readModel() + "] gave the key [" + key
                                + "] of type ["
                                + key.getClass().getName() + "], but the @Key ["
                                + mapping.key().field()
                                + "] is of type [" + kind.javaType().getName() + "]",
                        null);
            }
            if (!kind.canonical().apply(key).equals(key)) {
                throw new RowRefusedException(
                        "The projection of read model [" + mapping.readModel() + "] gave the key [" + key
                                + "], which is finer than the microseconds that PostgreSQL keeps: truncate it",
                        null);
            }
            elements.put(key, kind.element(key));
        }
        return elements;
    }

    /** Takes the lock, moves the positions and loads the rows, in one round trip. */
    private Map<Object, R> begin(Connection connection, Batch<R> batch, Map<Object, Object> keys) throws SQLException {
        var moves = new TreeMap<>(batch.moves());
        boolean unseen = moves.values().stream().anyMatch(move -> move.from() == 0);
        String begin = sql.begin(batch.ownRowsOnly(), unseen, !keys.isEmpty());
        try (PreparedStatement statement = connection.prepareStatement(begin)) {
            Array partitions = connection.createArrayOf("int4", moves.keySet().toArray(Integer[]::new));
            var parameters = new Parameters(statement);
            if (unseen) {
                parameters.text(mapping.readModel()).array(partitions);
            }
            parameters
                    .text(mapping.readModel())
                    .array(partitions)
                    .array(longs(connection, moves, Move::from))
                    .array(longs(connection, moves, Move::to));
            if (!keys.isEmpty()) {
                parameters.array(keyArray(connection, keys.values()));
            }
            var results = new Results(statement);
            results.skip(); // the lock
            if (unseen) {
                results.skip();
            }
            if (results.count() != moves.size()) {
                throw new PositionMovedException("The positions of read model [" + mapping.readModel()
                        + "] are not where the batch begins " + moves + ": another owner has moved them");
            }
            return keys.isEmpty() ? Map.of() : load(results.rows());
        }
    }

    private Map<Object, R> load(ResultSet result) throws SQLException {
        var rows = new HashMap<Object, R>();
        try (result) {
            while (result.next()) {
                R row = mapping.read(result);
                rows.put(mapping.keyOf(row), row);
            }
        }
        return rows;
    }

    /** Writes what changed and tells of the moves, in one round trip. */
    private void write(Connection connection, Map<Integer, Move> moves, Changes<R> changes) throws SQLException {
        var notices = ProgressFeed.payloads(mapping.readModel(), generation, moves);
        String write =
                sql.write(!changes.upserts().isEmpty(), !changes.deletes().isEmpty());
        try (PreparedStatement statement = connection.prepareStatement(write)) {
            var parameters = new Parameters(statement);
            if (!changes.upserts().isEmpty()) {
                for (Component component : mapping.components()) {
                    parameters.array(connection.createArrayOf(
                            component.column().kind().elementType(), changes.elements(component)));
                }
            }
            if (!changes.deletes().isEmpty()) {
                parameters.array(connection.createArrayOf(mapping.key().kind().elementType(), changes.deletedKeys()));
            }
            parameters.array(connection.createArrayOf("text", notices.toArray(String[]::new)));
            statement.execute();
        }
    }

    /** In order, so that neighbours are found on the same page of the index. */
    private Array keyArray(Connection connection, Collection<Object> values) throws SQLException {
        Kind kind = mapping.key().kind();
        Object[] elements = values.toArray((Object[]) java.lang.reflect.Array.newInstance(kind.elementClass(), 0));
        Arrays.sort(elements);
        return connection.createArrayOf(kind.elementType(), elements);
    }

    private static Array longs(
            Connection connection, Map<Integer, Move> moves, java.util.function.Function<Move, Long> of)
            throws SQLException {
        return connection.createArrayOf("int8", moves.values().stream().map(of).toArray(Long[]::new));
    }

    /** Sets parameters one after the other. */
    private static final class Parameters {
        private final PreparedStatement statement;
        private int index;

        Parameters(PreparedStatement statement) {
            this.statement = statement;
        }

        Parameters text(String value) throws SQLException {
            statement.setString(++index, value);
            return this;
        }

        Parameters array(Array value) throws SQLException {
            statement.setArray(++index, value);
            return this;
        }
    }

    /** The results of several statements sent as one. */
    private static final class Results {
        private final PreparedStatement statement;

        Results(PreparedStatement statement) throws SQLException {
            this.statement = statement;
            statement.execute();
        }

        void skip() throws SQLException {
            statement.getMoreResults();
        }

        int count() throws SQLException {
            int count = statement.getUpdateCount();
            statement.getMoreResults();
            return count;
        }

        ResultSet rows() throws SQLException {
            return java.util.Objects.requireNonNull(statement.getResultSet());
        }
    }
}
