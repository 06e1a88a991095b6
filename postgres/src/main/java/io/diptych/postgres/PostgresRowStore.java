package io.diptych.postgres;

import io.diptych.message.LogRecord;
import io.diptych.postgres.ChangeRecorder.Use;
import io.diptych.projection.internal.NewLetter;
import io.diptych.projection.internal.RowStore;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows and positions of one generation of a read model. A batch is one transaction of three round trips: lock, positions and load;
 * write back and notify; commit.
 *
 * <p>Two things keep it right. The positions move by compare-and-swap, so of two owners of a partition one fails and
 * rolls back. And a batch whose rows other partitions feed as well holds a lock that excludes all other batches of the
 * read model, so no update is lost between load and write; batches of own rows share that lock and run side by side.
 *
 * <p>A batch of which a row is refused is rolled back and applied once more, in one transaction, by {@link RefusedRows}.
 */
final class PostgresRowStore<R> implements RowStore<R> {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresRowStore.class);

    private static final int ADMITTED_AT_ONCE = 1_000;

    private final Database database;
    private final RowMapping<R> mapping;
    private final int generation;
    private final RowStatements sql;
    private final RowTable<R> table;
    private final LetterTable letters;
    private final ChangeRecorder<R> changes;
    private final GenerationParts.@Nullable OfWindows<R> windows;
    private final Consumer<Progress> moved;

    /** @param moved hears at once of moves that are committed; all other processes hear of them by {@link ProgressFeed} */
    PostgresRowStore(Database database, GenerationParts<R> parts, int generation, Consumer<Progress> moved) {
        this.database = database;
        this.moved = moved;
        this.mapping = parts.table().mapping();
        this.generation = generation;
        this.sql = parts.sql();
        this.table = parts.table();
        this.letters = parts.letters();
        this.changes = parts.changes();
        this.windows = parts.windows();
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
    public List<NewLetter> apply(Batch<R> batch) {
        List<NewLetter> parked = applyOnceOrApart(batch);
        batch.moves()
                .forEach((partition, move) ->
                        moved.accept(new Progress(mapping.readModel(), generation, partition, move.to())));
        return parked;
    }

    private List<NewLetter> applyOnceOrApart(Batch<R> batch) {
        try {
            return inTransaction(batch, this::applyAtOnce);
        } catch (RowRefusedException e) {
            LOG.debug("A row of a batch is refused: the batch is applied row by row", e);
            return inTransaction(batch, this::applyApart);
        }
    }

    private interface Application<R> {
        List<NewLetter> apply(Connection connection, Batch<R> batch) throws SQLException;
    }

    private List<NewLetter> inTransaction(Batch<R> batch, Application<R> application) {
        try {
            return database.inTransaction(connection -> application.apply(connection, batch));
        } catch (SQLException e) {
            throw Failures.ofBatch(mapping.readModel(), e);
        }
    }

    private List<NewLetter> applyAtOnce(Connection connection, Batch<R> batch) throws SQLException {
        Begun<R> begun = begin(connection, batch, batch.keys());
        Timeline timeline = beginTime(connection, batch);
        Folded<R> folded = judging(batch, timeline).apply(begun.stored());
        Changes<R> changed = Changes.of(mapping, batch.keys(), begun.stored().rows(), folded.rows());
        write(connection, batch.moves(), changed, begun.use(), changed);
        return end(connection, batch, timeline, folded);
    }

    private List<NewLetter> applyApart(Connection connection, Batch<R> batch) throws SQLException {
        Begun<R> begun = begin(connection, batch, Set.of());
        Timeline timeline = beginTime(connection, batch);
        long events = Integer.MAX_VALUE;
        if (!batch.moves().isEmpty()) {
            events = batch.moves().values().stream()
                    .mapToLong(move -> move.to() - move.from())
                    .sum();
        }
        var applied = new RefusedRows<>(connection, table)
                .apply(batch.keys(), begun.stored().parked(), judging(batch, timeline), events);
        write(connection, batch.moves(), Changes.none(mapping), begun.use(), applied.changes());
        return end(connection, batch, timeline, applied.folded());
    }

    /** What a batch begins with. */
    private record Begun<R>(Stored<R> stored, Use use) {}

    private @Nullable Timeline beginTime(Connection connection, Batch<R> batch) throws SQLException {
        Timing timing = batch.timing();
        return windows == null || timing == null ? null : windows.late().begin(connection, batch, timing);
    }

    /** The fold with what is known of the time of events. What was admitted counts whenever it happened. */
    private static <R> Fold<R> judging(Batch<R> batch, @Nullable Timeline timeline) {
        return timeline == null || batch.moves().isEmpty()
                ? batch.fold()
                : stored ->
                        batch.fold().apply(new Stored<>(stored.rows(), stored.parked(), stored.refused(), timeline));
    }

    private List<NewLetter> end(Connection connection, Batch<R> batch, @Nullable Timeline timeline, Folded<R> folded)
            throws SQLException {
        letters.insert(connection, folded.letters());
        if (windows != null && timeline != null) {
            windows.late().end(connection, batch, timeline, folded);
            if (windows.results() != null) {
                windows.results().publish(connection, folded.windows());
            }
        }
        return folded.letters();
    }

    @Override
    public Chores chores() {
        if (windows == null) {
            return Chores.NONE;
        }
        try (Connection connection = database.write()) {
            var admitted = new LinkedHashMap<Long, List<LogRecord>>();
            windows.queue()
                    .admitted(connection, ADMITTED_AT_ONCE)
                    .forEach(found -> admitted.put(found.id(), found.records()));
            boolean closed = windows.results() != null && windows.results().isDue(connection);
            connection.rollback();
            return new Chores(admitted, closed);
        } catch (SQLException e) {
            throw Failures.ofBatch(mapping.readModel(), e);
        }
    }

    /** Takes the lock, moves the positions and loads the rows and what is parked, in one round trip. */
    private Begun<R> begin(Connection connection, Batch<R> batch, Set<Object> keys) throws SQLException {
        var moves = new TreeMap<>(batch.moves());
        boolean unseen = moves.values().stream().anyMatch(move -> move.from() == 0);
        String begin = sql.begin(batch.ownRowsOnly(), unseen, changes.use(), !keys.isEmpty());
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
            letters.of(parameters);
            parameters.text(mapping.readModel());
            if (!keys.isEmpty()) {
                parameters.array(table.keys(connection, keys));
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
            Parked some = LetterTable.parked(results.rows());
            Use use = ChangeRecorder.use(results.nextRows());
            Map<Object, R> rows = keys.isEmpty() ? Map.of() : table.read(results.nextRows());
            Parked parked = letters.parked(connection, some, batch.parkingNames());
            return new Begun<>(new Stored<>(rows, parked, Map.of()), use);
        }
    }

    /** Writes what changed, adds it to the log of changes and tells of the moves, in one round trip. */
    private void write(
            Connection connection, Map<Integer, Move> moves, Changes<R> changed, Use use, Changes<R> recorded)
            throws SQLException {
        boolean recording = use != Use.NONE && !recorded.all().isEmpty();
        List<String> notices = moves.isEmpty()
                ? recording ? List.of(ProgressFeed.LOOK_AGAIN) : List.of()
                : ProgressFeed.payloads(mapping.readModel(), generation, moves);
        String write = sql.writeAndTell(
                !changed.upserts().isEmpty(), !changed.deletes().isEmpty(), recording ? changes.record(use) : "");
        try (PreparedStatement statement = connection.prepareStatement(write)) {
            var parameters = new Parameters(statement);
            table.bind(connection, parameters, changed);
            if (recording) {
                changes.bind(parameters, use, recorded);
            }
            parameters.texts(notices);
            statement.execute();
        }
    }

    private static Array longs(
            Connection connection, Map<Integer, Move> moves, java.util.function.Function<Move, Long> of)
            throws SQLException {
        return connection.createArrayOf("int8", moves.values().stream().map(of).toArray(Long[]::new));
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

        ResultSet nextRows() throws SQLException {
            statement.getMoreResults();
            return rows();
        }
    }
}
