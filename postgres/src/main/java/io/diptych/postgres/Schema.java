package io.diptych.postgres;

import io.diptych.ConfigurationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The tables of one app: made when they are missing, compared with the records when they are there. Never changes a
 * table: its rows were folded for the columns it has, so the way to other columns is a rebuild.
 */
final class Schema {

    static final String POSITIONS = "diptych_positions";

    private static final String COLUMNS = """
            select a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                   coalesce(a.attnum = any (i.indkey), false), coalesce(i.indnkeyatts, 0)
            from pg_attribute a left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
            where a.attrelid = to_regclass(?) and a.attnum > 0 and not a.attisdropped
            order by a.attnum""";

    private final String name;
    private final Collection<RowMapping<?>> mappings;

    Schema(String name, Collection<RowMapping<?>> mappings) {
        if (name.startsWith("pg_") || name.equals("information_schema")) {
            throw new ConfigurationException(
                    "The app's name [" + name + "] is reserved as a schema in PostgreSQL: choose one without pg_");
        }
        for (RowMapping<?> mapping : mappings) {
            if (mapping.readModel().startsWith("diptych_")) {
                throw new ConfigurationException("The read model's name [" + mapping.readModel()
                        + "] is reserved: choose one that does not begin with diptych_");
            }
        }
        this.name = name;
        this.mappings = mappings;
    }

    /** Safe when several nodes start at once: one does it, the others then find it done. */
    void ensure(Database database) throws SQLException {
        try (Connection connection = database.write();
                Statement statement = connection.createStatement()) {
            try {
                // Building an index takes as long as it takes.
                connection.setNetworkTimeout(Runnable::run, 0);
                statement.execute("set local statement_timeout = 0");
                statement.execute("select pg_advisory_xact_lock(" + Names.hash("schema", name) + ")");
                createFramework(connection, statement);
                for (RowMapping<?> mapping : mappings) {
                    ensure(connection, statement, mapping);
                }
                connection.commit();
            } catch (SQLException | RuntimeException e) {
                rollback(connection);
                throw e;
            }
        }
    }

    static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // The connection is gone, and the transaction with it.
        }
    }

    private void createFramework(Connection connection, Statement statement) throws SQLException {
        // "create schema if not exists" wants the right to create schemas even when it exists.
        if (!exists(connection, "select to_regnamespace(?) is not null", Names.quote(name))) {
            statement.execute("create schema " + Names.quote(name));
        }
        statement.execute("create table if not exists " + Names.qualified(name, POSITIONS)
                + " (read_model text collate \"C\", partition integer, next_offset bigint not null,"
                + " primary key (read_model, partition))");
        Workers.create(statement, name);
    }

    private void ensure(Connection connection, Statement statement, RowMapping<?> mapping) throws SQLException {
        String table = Names.qualified(name, mapping.readModel());
        Map<String, String> actual = actual(connection, table);
        boolean positioned = exists(
                connection,
                "select exists (select from " + Names.qualified(name, POSITIONS) + " where read_model = ?)",
                mapping.readModel());
        if (actual.isEmpty()) {
            statement.execute(createTable(mapping));
            // Positions without their rows would leave the new table incomplete in silence.
            deletePositions(connection, mapping.readModel());
        } else {
            compare(mapping, table, actual);
            if (!positioned && exists(connection, "select exists (select from " + table + ") and ? <> ''", table)) {
                throw new ConfigurationException("The table " + table + " has rows but no positions, so events would be"
                        + " applied to it twice: " + wayOut(table));
            }
        }
        for (Column column : mapping.columns()) {
            if (column.indexed()) {
                statement.execute("create index if not exists "
                        + Names.quote(Names.index(mapping.readModel(), column.name())) + " on " + table + " ("
                        + column.quoted() + ", " + mapping.key().quoted() + ")");
            }
        }
    }

    private String createTable(RowMapping<?> mapping) {
        var lines = new ArrayList<String>();
        for (Column column : mapping.columns()) {
            // Ordered by code point: the same on every machine, whatever its locale, and faster to compare.
            String collation = column.kind().columnType().equals("text") ? " collate \"C\"" : "";
            lines.add(column.quoted() + " " + column.kind().columnType() + collation
                    + (column.nullable() ? "" : " not null"));
        }
        lines.add("primary key (" + mapping.key().quoted() + ")");
        // Room on each page for the next version of its rows, so that an update need not touch the indexes.
        return "create table " + Names.qualified(name, mapping.readModel()) + " (" + String.join(", ", lines)
                + ") with (fillfactor = 80)";
    }

    private void compare(RowMapping<?> mapping, String table, Map<String, String> actual) {
        var differences = new ArrayList<String>();
        for (Column column : mapping.columns()) {
            String wanted = describe(column.kind().columnType(), !column.nullable(), column.equals(mapping.key()));
            String found = actual.remove(column.name());
            if (found == null) {
                differences.add("the column [" + column.name() + "] is missing");
            } else if (!found.equals(wanted)) {
                differences.add("the column [" + column.name() + "] is [" + found + "] and must be [" + wanted + "]");
            }
        }
        actual.keySet().forEach(extra -> differences.add("the column [" + extra + "] is not in the record"));
        if (!differences.isEmpty()) {
            throw new ConfigurationException("The table " + table + " does not fit the row record of read model ["
                    + mapping.readModel() + "]: " + String.join("; ", differences) + ". " + wayOut(table));
        }
    }

    private static String wayOut(String table) {
        return "To have it rebuilt from the events, stop its projections and run: drop table " + table;
    }

    private static Map<String, String> actual(Connection connection, String table) throws SQLException {
        var columns = new LinkedHashMap<String, String>();
        try (PreparedStatement query = connection.prepareStatement(COLUMNS)) {
            query.setString(1, table);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    boolean key = row.getBoolean(4) && row.getInt(5) == 1;
                    columns.put(row.getString(1), describe(row.getString(2), row.getBoolean(3), key));
                }
            }
        }
        return columns;
    }

    private static String describe(String type, boolean notNull, boolean key) {
        return List.of(type, notNull ? "not null" : "", key ? "primary key" : "").stream()
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(" "));
    }

    private void deletePositions(Connection connection, String readModel) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(
                "delete from " + Names.qualified(name, POSITIONS) + " where read_model = ?")) {
            delete.setString(1, readModel);
            delete.executeUpdate();
        }
    }

    private static boolean exists(Connection connection, String sql, String parameter) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, parameter);
            try (ResultSet row = query.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }
}
