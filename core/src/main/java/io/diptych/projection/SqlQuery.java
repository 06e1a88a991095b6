package io.diptych.projection;

import io.diptych.command.Aggregate;
import java.util.Arrays;
import java.util.List;

/**
 * A query that an app writes itself, in SQL, for what a filter cannot ask: sums, joins, windows. In the SQL a read model
 * is a table of its name with a column for each component, in snake_case; {@code :since} is the component
 * {@code since} of the parameter record. It is read only, and is prepared when a node starts, so that a mistake shows
 * then.
 *
 * @param name lower case, as it stands in URLs
 * @param parameterType the record whose components are the parameters; a {@code @Nullable} one may be left out, and a
 *     constructor that throws {@link IllegalArgumentException} refuses the values with its message
 * @param rowType the record that is a row; its components are the columns of the result
 * @param sql one {@code select}
 * @param readModels the names of the read models in the SQL: a consistency token holds for all of them
 */
public record SqlQuery(String name, Class<?> parameterType, Class<?> rowType, String sql, List<String> readModels) {

    /** The most rows that an answer may have. Guards the node's memory; what a caller can use is far less. */
    public static final int MAX_ROWS = 10_000;

    /** Has no parameters. */
    public record None() {}

    /** Checks the name and that parameters and rows are records. */
    public SqlQuery {
        Aggregate.requireName("query", name);
        requireRecord(name, "parameter", parameterType);
        requireRecord(name, "row", rowType);
        readModels = List.copyOf(readModels);
    }

    /** A query with parameters. Say what it reads: {@link #reads}. */
    public static SqlQuery named(String name, Class<?> rowType, String sql, Class<?> parameterType) {
        return new SqlQuery(name, parameterType, rowType, sql, List.of());
    }

    /** A query without parameters. Say what it reads: {@link #reads}. */
    public static SqlQuery named(String name, Class<?> rowType, String sql) {
        return named(name, rowType, sql, None.class);
    }

    /** The same query, which reads these read models and no others. */
    public SqlQuery reads(ReadModel<?, ?>... models) {
        return new SqlQuery(
                name,
                parameterType,
                rowType,
                sql,
                Arrays.stream(models).map(ReadModel::name).toList());
    }

    private static void requireRecord(String name, String what, Class<?> type) {
        if (!type.isRecord()) {
            throw new IllegalArgumentException(
                    "The " + what + " type [" + type.getName() + "] of query [" + name + "] must be a record");
        }
    }
}
