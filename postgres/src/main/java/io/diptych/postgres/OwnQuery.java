package io.diptych.postgres;

import io.diptych.ConfigurationException;
import io.diptych.message.Problem;
import io.diptych.projection.SqlQuery;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One of the app's own queries. Values reach the database as parameters only. */
final class OwnQuery {

    private final SqlQuery query;
    private final RecordShape parameters;
    private final RecordShape rows;
    private final NamedSql sql;
    private final String statement;
    /** The parameters as the statement has them. */
    private final List<Component> placeholders = new ArrayList<>();

    /** @throws ConfigurationException when a record cannot stand in PostgreSQL, or does not fit the parameters in the SQL */
    OwnQuery(SqlQuery query) {
        this.query = query;
        String owner = "query [" + query.name() + "]";
        parameters = new RecordShape("parameter record", owner, query.parameterType());
        rows = new RecordShape("row record", owner, query.rowType());
        sql = NamedSql.parse(query.name(), query.sql());
        for (String name : sql.names()) {
            placeholders.add(parameter(name));
        }
        for (Component component : parameters.components()) {
            if (!placeholders.contains(component)) {
                throw new ConfigurationException("The SQL of query [" + query.name() + "] does not use [:"
                        + component.column().name() + "] of its " + parameters.described()
                        + ": use it, or take it out");
            }
        }
        statement = sql.forDriver().with(name -> parameter(name).column().parameter());
    }

    private Component parameter(String name) {
        Component component = find(name);
        if (component == null) {
            throw new ConfigurationException("The SQL of query [" + query.name() + "] has the parameter [:" + name
                    + "], which its " + parameters.described() + " does not have: its components are "
                    + Conditions.fields(parameters.columns()));
        }
        return component;
    }

    private @Nullable Component find(String name) {
        for (Component component : parameters.components()) {
            if (component.column().field().equals(name)
                    || component.column().name().equals(name)) {
                return component;
            }
        }
        return null;
    }

    String name() {
        return query.name();
    }

    /** The names of the read models that it says it reads. */
    List<String> readModels() {
        return query.readModels();
    }

    /** The record of the rows. */
    RecordShape rows() {
        return rows;
    }

    /** The statement with typed nulls for parameters, as a view can have it. */
    String withoutParameters() {
        return sql.with(
                name -> "cast(null as " + parameter(name).column().kind().columnType() + ")");
    }

    /**
     * What the statement is to be bound to, in written form.
     *
     * @throws io.diptych.message.ProblemException naming a parameter that is unknown, missing or of the wrong kind
     */
    List<@Nullable String> arguments(Map<String, String> texts) {
        var given = new LinkedHashMap<Column, Object>();
        texts.forEach((name, text) -> {
            Component component = find(name);
            if (component == null) {
                throw Problem.Type.INVALID_QUERY.exception("The query [" + name() + "] has no parameter ["
                        + Conditions.shortened(name) + "], only " + Conditions.fields(parameters.columns()));
            }
            Column column = component.column();
            if (given.put(column, Conditions.value("parameter", column, text)) != null) {
                throw Problem.Type.INVALID_QUERY.exception(
                        "The parameter [" + column.field() + "] is given twice: give it once");
            }
        });
        Object record = record(given);
        var arguments = new ArrayList<@Nullable String>();
        for (Component component : placeholders) {
            Object value = component.of(record);
            arguments.add(value == null ? null : component.column().kind().written(value));
        }
        return arguments;
    }

    /** Through the constructor, which may have defaults and rules of its own. */
    private Object record(Map<Column, Object> given) {
        var values = new ArrayList<@Nullable Object>();
        for (Column column : parameters.columns()) {
            Object value = given.get(column);
            if (value == null && !column.nullable()) {
                throw Problem.Type.INVALID_QUERY.exception("The query [" + name() + "] needs the parameter ["
                        + column.field() + "]: " + column.kind().inWords());
            }
            values.add(value);
        }
        try {
            return (Object) parameters.constructor().invokeExact((@Nullable Object[]) values.toArray());
        } catch (IllegalArgumentException e) {
            throw Problem.Type.INVALID_QUERY.exception(
                    "The parameters of query [" + name() + "] are refused: " + e.getMessage());
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("The constructor of " + parameters.described() + " failed", e);
        }
    }

    /** The rows, on a connection where unqualified names are those of the app's schema. */
    List<Map<String, @Nullable Object>> read(Connection connection, List<@Nullable String> arguments) {
        try (PreparedStatement prepared = connection.prepareStatement(statement)) {
            prepared.setMaxRows(SqlQuery.MAX_ROWS + 1);
            for (int i = 0; i < arguments.size(); i++) {
                prepared.setString(i + 1, arguments.get(i));
            }
            try (ResultSet result = prepared.executeQuery()) {
                return rows(result);
            }
        } catch (SQLException e) {
            throw Failures.ofOwnQuery(name(), e);
        }
    }

    private List<Map<String, @Nullable Object>> rows(ResultSet result) throws SQLException {
        int[] places = new int[rows.columns().size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = result.findColumn(rows.columns().get(i).name());
        }
        var read = new ArrayList<Map<String, @Nullable Object>>();
        while (result.next()) {
            if (read.size() == SqlQuery.MAX_ROWS) {
                throw failed("gives more than [" + SqlQuery.MAX_ROWS + "] rows: ask for less, or give its SQL a limit");
            }
            var row = new LinkedHashMap<String, @Nullable Object>();
            for (int i = 0; i < places.length; i++) {
                Column column = rows.columns().get(i);
                Object value = column.kind().published().read(result, places[i]);
                if (value == null && !column.nullable()) {
                    throw failed("gives null for [" + column.field() + "], which is not @Nullable in the "
                            + rows.described() + ": mark it, or use coalesce in the SQL");
                }
                row.put(column.field(), value);
            }
            read.add(row);
        }
        return read;
    }

    private RuntimeException failed(String how) {
        return Problem.Type.QUERY_FAILED.exception("The query [" + name() + "] " + how);
    }
}
