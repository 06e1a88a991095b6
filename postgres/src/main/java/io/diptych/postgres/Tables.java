package io.diptych.postgres;

import io.diptych.ConfigurationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The tables of generations: made when they are missing, compared with the records when they are there. Never changes a
 * table: its rows were folded for the columns it has, so the way to other columns is another generation.
 */
final class Tables {

    private static final String COLUMNS = """
            select a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                   coalesce(a.attnum = any (i.indkey), false), coalesce(i.indnkeyatts, 0)
            from pg_attribute a left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
            where a.attrelid = to_regclass(?) and a.attnum > 0 and not a.attisdropped
            order by a.attnum""";

    private final String schema;

    Tables(String schema) {
        this.schema = schema;
    }

    /** Makes the table, or compares it; its positions are taken away when its rows are. Returns whether it was made. */
    boolean ensure(Connection connection, RowMapping<?> mapping, int generation) throws SQLException {
        String table = table(mapping.readModel(), generation);
        Map<String, String> actual = actual(connection, table);
        if (actual.isEmpty()) {
            create(connection, mapping, generation);
            // Positions without their rows would leave the new table incomplete in silence.
            deletePositions(connection, mapping.readModel(), generation);
            return true;
        }
        compare(mapping, table, actual);
        if (!hasPositions(connection, mapping.readModel(), generation) && hasRows(connection, table)) {
            throw new ConfigurationException("The table " + table + " has rows but no positions, so events would be"
                    + " applied to it twice. To have it made anew from the events, stop its projections and run: drop"
                    + " table " + table + " cascade");
        }
        return false;
    }

    void create(Connection connection, RowMapping<?> mapping, int generation) throws SQLException {
        var lines = new ArrayList<String>();
        for (Column column : mapping.shape().columns()) {
            // Ordered by code point: the same on every machine, whatever its locale, and faster to compare.
            String collation = column.kind().columnType().equals("text") ? " collate \"C\"" : "";
            lines.add(column.quoted() + " " + column.kind().columnType() + collation
                    + (column.nullable() ? "" : " not null"));
        }
        lines.add("primary key (" + mapping.key().quoted() + ")");
        // Room on each page for the next version of its rows, so that an update need not touch the indexes.
        execute(
                connection,
                "create table " + table(mapping.readModel(), generation) + " (" + String.join(", ", lines)
                        + ") with (fillfactor = 80)");
    }

    /** Makes what is missing of the indexes; until then queries by these columns are slow. */
    void index(Connection connection, Shape shape, int generation) throws SQLException {
        String table = Names.table(shape.readModel(), generation);
        for (Column column : shape.columns()) {
            if (column.indexed()) {
                execute(
                        connection,
                        "create index if not exists " + Names.quote(Names.index(table, column.name())) + " on "
                                + Names.qualified(schema, table) + " (" + column.quoted() + ", "
                                + shape.key().quoted() + ")");
            }
        }
    }

    /** Has the view of the read model's name show that generation. */
    void show(Connection connection, Shape shape, int generation) throws SQLException {
        String view = Names.qualified(schema, shape.readModel());
        execute(connection, "drop view if exists " + view);
        execute(
                connection,
                "create view " + view + " as select " + shape.columnList() + " from "
                        + table(shape.readModel(), generation));
    }

    void drop(Connection connection, String readModel, int generation) throws SQLException {
        execute(connection, "drop table if exists " + table(readModel, generation));
        deletePositions(connection, readModel, generation);
    }

    private String table(String readModel, int generation) {
        return Names.qualified(schema, Names.table(readModel, generation));
    }

    private static void compare(RowMapping<?> mapping, String table, Map<String, String> actual) {
        var differences = new ArrayList<String>();
        for (Column column : mapping.shape().columns()) {
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
                    + mapping.readModel() + "]: " + String.join("; ", differences)
                    + ". Raise the version of the read model: it is then made anew beside the old one, which serves"
                    + " meanwhile");
        }
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

    private boolean hasPositions(Connection connection, String readModel, int generation) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select 1 from "
                + Names.qualified(schema, Schema.POSITIONS) + " where read_model = ? and generation = ? limit 1")) {
            query.setString(1, readModel);
            query.setInt(2, generation);
            try (ResultSet row = query.executeQuery()) {
                return row.next();
            }
        }
    }

    private static boolean hasRows(Connection connection, String table) throws SQLException {
        try (Statement query = connection.createStatement();
                ResultSet row = query.executeQuery("select 1 from " + table + " limit 1")) {
            return row.next();
        }
    }

    private void deletePositions(Connection connection, String readModel, int generation) throws SQLException {
        // What waits for a row comes anew with the events.
        for (String table :
                List.of(Schema.POSITIONS, Schema.PARKED_KEYS, Schema.LETTERS, Schema.ADMITTED, Schema.WINDOWS)) {
            try (PreparedStatement delete = connection.prepareStatement(
                    "delete from " + Names.qualified(schema, table) + " where read_model = ? and generation = ?")) {
                delete.setString(1, readModel);
                delete.setInt(2, generation);
                delete.executeUpdate();
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
