package io.diptych.postgres;

import io.diptych.projection.Generation;
import io.diptych.projection.ProjectionStatus.State;
import io.diptych.projection.internal.RowStore.StoreUnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How projections are doing on all nodes: each node tells of its own and hears of the others, by a small table. */
public final class Workers {

    static final String TABLE = "diptych_workers";

    /** What a node that died told last is of no use any more. */
    private static final String FORGOTTEN_AFTER = "1 hour";

    private final Database database;
    private final String table;
    private final String positions;
    private final GenerationTable generations;

    Workers(Database database, String schema) {
        this.database = database;
        this.table = Names.qualified(schema, TABLE);
        this.positions = Names.qualified(schema, Schema.POSITIONS);
        this.generations = new GenerationTable(schema);
    }

    static void create(Statement statement, String schema) throws SQLException {
        statement.execute("create table if not exists " + Names.qualified(schema, TABLE)
                + " (read_model text collate \"C\", generation integer, node text collate \"C\", state text not null,"
                + " reason text,"
                + " since timestamptz not null, partitions integer[] not null, rates double precision[] not null,"
                + " told_at timestamptz not null, primary key (read_model, generation, node)) with (fillfactor = 50)");
    }

    /**
     * What is known now.
     *
     * @param workers on all nodes
     * @param positions of all generations
     * @param generations that there are
     */
    public record News(List<Worker> workers, List<Progress> positions, List<Generation> generations) {}

    /**
     * Tells how this node's projections are doing.
     *
     * @throws StoreUnavailableException when the database is away
     */
    public void tell(String node, List<Worker> own) {
        inTransaction(connection -> {
            try (PreparedStatement upsert = connection.prepareStatement("insert into " + table
                            + " as w values (?, ?, ?, ?, ?, ?, ?, ?, now()) on conflict (read_model, generation, node) do update set"
                            + " state = excluded.state, reason = excluded.reason, since = excluded.since,"
                            + " partitions = excluded.partitions, rates = excluded.rates, told_at = excluded.told_at");
                    Statement forget = connection.createStatement()) {
                for (Worker worker : own) {
                    Map<Integer, Double> rates = new TreeMap<>(worker.rates());
                    upsert.setString(1, worker.readModel());
                    upsert.setInt(2, worker.generation());
                    upsert.setString(3, node);
                    upsert.setString(4, worker.state().name());
                    upsert.setString(5, worker.reason());
                    upsert.setObject(6, worker.since().atOffset(ZoneOffset.UTC));
                    upsert.setArray(
                            7, connection.createArrayOf("int4", rates.keySet().toArray(Integer[]::new)));
                    upsert.setArray(
                            8, connection.createArrayOf("float8", rates.values().toArray(Double[]::new)));
                    upsert.addBatch();
                }
                upsert.executeBatch();
                return forget.execute(
                        "delete from " + table + " where told_at < now() - interval '" + FORGOTTEN_AFTER + "'");
            }
        });
    }

    /**
     * Takes back what this node told: it stops.
     *
     * @throws StoreUnavailableException when the database is away
     */
    public void leave(String node) {
        inTransaction(connection -> {
            try (PreparedStatement delete = connection.prepareStatement("delete from " + table + " where node = ?")) {
                delete.setString(1, node);
                return delete.execute();
            }
        });
    }

    private void inTransaction(Database.Work<Boolean> work) {
        try {
            database.inTransaction(work);
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    /**
     * Hears of all nodes.
     *
     * @throws StoreUnavailableException when the database is away
     */
    public News hear() {
        try (Connection connection = database.read();
                PreparedStatement query = connection.prepareStatement("select read_model, node, state, reason, since,"
                        + " partitions, rates, extract(epoch from now() - told_at), generation from " + table
                        + " order by told_at; select read_model, generation, partition, next_offset from "
                        + positions)) {
            query.execute();
            List<Worker> workers = workers(query);
            query.getMoreResults();
            List<Progress> places = positions(query);
            return new News(workers, places, generations.of(connection, null));
        } catch (SQLException e) {
            throw unavailable(e);
        }
    }

    private static List<Worker> workers(PreparedStatement query) throws SQLException {
        var workers = new ArrayList<Worker>();
        try (ResultSet row = query.getResultSet()) {
            while (row.next()) {
                Integer[] partitions = (Integer[]) row.getArray(6).getArray();
                Double[] perSecond = (Double[]) row.getArray(7).getArray();
                var rates = new TreeMap<Integer, Double>();
                for (int i = 0; i < partitions.length; i++) {
                    rates.put(partitions[i], perSecond[i]);
                }
                workers.add(new Worker(
                        row.getString(1),
                        row.getInt(9),
                        row.getString(2),
                        State.valueOf(row.getString(3)),
                        row.getString(4),
                        row.getObject(5, OffsetDateTime.class).toInstant(),
                        rates,
                        Duration.ofMillis((long) (row.getDouble(8) * 1000))));
            }
        }
        return workers;
    }

    private static List<Progress> positions(PreparedStatement query) throws SQLException {
        var positions = new ArrayList<Progress>();
        try (ResultSet row = query.getResultSet()) {
            while (row.next()) {
                positions.add(new Progress(row.getString(1), row.getInt(2), row.getInt(3), row.getLong(4)));
            }
        }
        return positions;
    }

    private static StoreUnavailableException unavailable(SQLException e) {
        return new StoreUnavailableException(
                "The state of projections cannot be exchanged now: " + Failures.inOneLine(e), e);
    }
}
