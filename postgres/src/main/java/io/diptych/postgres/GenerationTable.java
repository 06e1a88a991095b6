package io.diptych.postgres;

import io.diptych.projection.Generation;
import io.diptych.projection.Generation.State;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The table that says which generations there are. Changes are told to everyone who listens when they are committed. */
final class GenerationTable {

    private final String schema;
    private final String table;

    GenerationTable(String schema) {
        this.schema = schema;
        this.table = Names.qualified(schema, Schema.GENERATIONS);
    }

    String definition() {
        return "create table if not exists " + table + " (read_model text collate \"C\", generation integer,"
                + " version integer not null, state text not null, columns text[] not null,"
                + " keeps_former boolean not null, since timestamptz not null default now(),"
                + " primary key (read_model, generation));"
                + " create unique index if not exists " + Names.quote("diptych_one_serves") + " on " + table
                + " (read_model) where state = 'SERVING'";
    }

    /** What is marked so is there no more for anybody; its table is dropped a little later. */
    private static final String DROPPED = "DROPPED";

    /** By then every node has stopped writing to it. */
    private static final String DROPPED_AFTER = "3 seconds";

    /** By read model and number; those of one read model, or of all when it is null. */
    List<Generation> of(Connection connection, @Nullable String readModel) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("select read_model, generation, version, state, since from " + table
                        + " where read_model = coalesce(cast(? as text), read_model) and state <> ? order by 1, 2")) {
            query.setString(1, readModel);
            query.setString(2, DROPPED);
            var generations = new ArrayList<Generation>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    generations.add(new Generation(
                            row.getString(1),
                            row.getInt(2),
                            row.getInt(3),
                            State.valueOf(row.getString(4)),
                            row.getTimestamp(5).toInstant()));
                }
            }
            return generations;
        }
    }

    void insert(Connection connection, Shape shape, int number, int version, State state, boolean keepsFormer)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into " + table
                + " (read_model, generation, version, state, columns, keeps_former) values (?, ?, ?, ?, ?, ?)")) {
            insert.setString(1, shape.readModel());
            insert.setInt(2, number);
            insert.setInt(3, version);
            insert.setString(4, state.name());
            insert.setArray(5, connection.createArrayOf("text", shape.written()));
            insert.setBoolean(6, keepsFormer);
            insert.executeUpdate();
        }
        tell(connection);
    }

    void set(Connection connection, Generation generation, State state) throws SQLException {
        set(connection, generation, state.name());
    }

    private void set(Connection connection, Generation generation, String state) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "update " + table + " set state = ?, since = now() where read_model = ? and generation = ?")) {
            update.setString(1, state);
            update.setString(2, generation.readModel());
            update.setInt(3, generation.number());
            update.executeUpdate();
        }
        tell(connection);
    }

    /** From now on it is there for nobody, and {@link #dropped} after a while. */
    void drop(Connection connection, Generation generation) throws SQLException {
        set(connection, generation, DROPPED);
    }

    /** Read models and numbers of generations whose tables can be dropped. */
    Map<String, List<Integer>> dropped(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select read_model, generation from " + table
                + " where state = ? and since < now() - interval '" + DROPPED_AFTER + "'")) {
            query.setString(1, DROPPED);
            var dropped = new TreeMap<String, List<Integer>>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    dropped.computeIfAbsent(row.getString(1), readModel -> new ArrayList<>())
                            .add(row.getInt(2));
                }
            }
            return dropped;
        }
    }

    void delete(Connection connection, String readModel, int generation) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("delete from " + table + " where read_model = ? and generation = ?")) {
            delete.setString(1, readModel);
            delete.setInt(2, generation);
            delete.executeUpdate();
        }
    }

    /** Of the next generation of the read model. */
    int nextNumber(Connection connection, String readModel) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "select coalesce(max(generation), 0) + 1 from " + table + " where read_model = ?")) {
            query.setString(1, readModel);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    boolean keepsFormer(Connection connection, Generation generation) throws SQLException {
        return column(connection, generation, "keeps_former", row -> row.getBoolean(1));
    }

    Shape shape(Connection connection, Generation generation) throws SQLException {
        return column(
                connection,
                generation,
                "columns",
                row -> Shape.read(
                        generation.readModel(), (String[]) row.getArray(1).getArray()));
    }

    private interface Reading<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> T column(Connection connection, Generation generation, String column, Reading<T> reading)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "select " + column + " from " + table + " where read_model = ? and generation = ?")) {
            query.setString(1, generation.readModel());
            query.setInt(2, generation.number());
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException("There is no " + generation, "02000");
                }
                return reading.read(row);
            }
        }
    }

    private void tell(Connection connection) throws SQLException {
        ProgressFeed.haveAllLookAgain(connection, schema);
    }
}
