package io.diptych.postgres;

import io.diptych.ConfigurationException;
import io.diptych.message.Problem;
import io.diptych.projection.SqlQuery;
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

/** The app's own queries. In their SQL a name without a schema is a read model, then whatever is in {@code public}. */
final class OwnQueries {

    /** Lives within the transaction of a check. */
    private static final String VIEW = "pg_temp.diptych_query";

    private static final String COLUMNS = """
            select attname, format_type(atttypid, null) from pg_attribute
            where attrelid = to_regclass(?) and attnum > 0 order by attnum""";

    private static final String READS = """
            select distinct c.relname
            from pg_rewrite r
              join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
              join pg_class c on d.refclassid = 'pg_class'::regclass and c.oid = d.refobjid
            where r.ev_class = to_regclass(?)
              and (c.relnamespace = pg_my_temp_schema() or c.relnamespace = to_regnamespace(?))
            order by 1""";

    private final String schema;
    private final List<Shape> readModels;
    private final Map<String, OwnQuery> queries = new LinkedHashMap<>();

    /**
     * Reads the records.
     *
     * @param readModels the columns that the SQL is written for: those of the newest versions
     * @throws ConfigurationException when a record cannot stand in PostgreSQL, or does not fit the parameters in the SQL
     */
    OwnQueries(String schema, Collection<SqlQuery> queries, List<Shape> readModels) {
        this.schema = schema;
        this.readModels = List.copyOf(readModels);
        queries.forEach(query -> this.queries.put(query.name(), new OwnQuery(query)));
    }

    /** @throws io.diptych.message.ProblemException when there is none of that name */
    OwnQuery get(String name) {
        OwnQuery query = queries.get(name);
        if (query == null) {
            throw Problem.Type.UNKNOWN_QUERY.exception(
                    "There is no query [" + Conditions.shortened(name) + "], only " + queries.keySet());
        }
        return query;
    }

    /** Has the names in the app's SQL mean its read models, until the end of the transaction. */
    static void resolveNames(Connection connection, String schema) throws SQLException {
        try (PreparedStatement path = connection.prepareStatement("select set_config('search_path', ?, true)")) {
            path.setString(1, Names.quote(schema) + ", public");
            path.execute();
        }
    }

    /**
     * Has the database read each query, and compares what it says with what the app says. The read models are those of
     * the records, not the ones that serve: these may be of an older version until the newer one has caught up.
     *
     * @throws ConfigurationException naming what differs, and the way out
     */
    void check(Database database) throws SQLException {
        if (queries.isEmpty()) {
            return;
        }
        try (Connection connection = database.write()) {
            for (OwnQuery query : queries.values()) {
                try {
                    standIn(connection);
                    resolveNames(connection, schema);
                    check(connection, query);
                } finally {
                    Database.rollback(connection);
                }
            }
        }
    }

    /** Empty views with the names and columns of the read models; temporary ones come before all others. */
    private void standIn(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (Shape shape : readModels) {
                String columns = shape.columns().stream()
                        .map(column -> "cast(null as " + column.kind().columnType() + ")"
                                + (column.kind().columnType().equals("text") ? " collate \"C\"" : "") + " as "
                                + column.quoted())
                        .collect(Collectors.joining(", "));
                statement.execute("create view pg_temp." + Names.quote(shape.readModel()) + " as select " + columns);
            }
        }
    }

    private void check(Connection connection, OwnQuery query) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // A view knows its columns and the tables it reads, and nothing but a select can be one.
            statement.execute("create view " + VIEW + " as " + query.withoutParameters());
        } catch (SQLException e) {
            throw Failures.ofDefinition(query.name(), e);
        }
        compareColumns(query, columns(connection));
        var undeclared = new ArrayList<>(names(connection));
        undeclared.retainAll(readModels.stream().map(Shape::readModel).toList());
        undeclared.removeAll(query.readModels());
        if (!undeclared.isEmpty()) {
            throw new ConfigurationException("The SQL of query [" + query.name() + "] reads " + undeclared
                    + " besides the read models it names, " + query.readModels()
                    + ", so a consistency token would not hold for them: add them to its reads()");
        }
    }

    private static void compareColumns(OwnQuery query, Map<String, String> actual) {
        var differences = new ArrayList<String>();
        for (Column column : query.rows().columns()) {
            String wanted = column.kind().columnType();
            String found = actual.remove(column.name());
            if (found == null) {
                differences.add("the column [" + column.name() + "] is missing");
            } else if (!found.equals(wanted) && !(wanted.equals("text") && found.startsWith("character"))) {
                differences.add("the column [" + column.name() + "] is [" + found + "] and must be [" + wanted + "]");
            }
        }
        actual.keySet().forEach(extra -> differences.add("the column [" + extra + "] is not in the record"));
        if (!differences.isEmpty()) {
            throw new ConfigurationException("The SQL of query [" + query.name() + "] does not fit the "
                    + query.rows().described() + ": " + String.join("; ", differences)
                    + ". Change the record, or name and cast the columns in the SQL");
        }
    }

    private static Map<String, String> columns(Connection connection) throws SQLException {
        var columns = new LinkedHashMap<String, String>();
        try (PreparedStatement query = connection.prepareStatement(COLUMNS)) {
            query.setString(1, VIEW);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    columns.put(row.getString(1), row.getString(2));
                }
            }
        }
        return columns;
    }

    /** Of the tables and views that the view reads. */
    private List<String> names(Connection connection) throws SQLException {
        var names = new ArrayList<String>();
        try (PreparedStatement query = connection.prepareStatement(READS)) {
            query.setString(1, VIEW);
            query.setString(2, Names.quote(schema));
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    names.add(row.getString(1));
                }
            }
        }
        return names;
    }
}
