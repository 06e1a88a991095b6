package io.diptych.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a read model's rows, as far as queries need them. Stands in the database beside each generation, so
 * that a node can answer from rows whose record it does not have.
 *
 * @param columns in the order of the record, the key among them
 */
record Shape(String readModel, List<Column> columns, Column key) {

    Shape {
        columns = List.copyOf(columns);
    }

    /** By the component's or the column's name; null when there is none. */
    @Nullable
    Column column(String name) {
        for (Column column : columns) {
            if (column.field().equals(name) || column.name().equals(name)) {
                return column;
            }
        }
        return null;
    }

    String columnList() {
        return columns.stream().map(Column::quoted).collect(Collectors.joining(", "));
    }

    /** The current row of a result whose columns are {@link #columnList}, as a query shows it. */
    Map<String, @Nullable Object> row(ResultSet result) throws SQLException {
        var row = new LinkedHashMap<String, @Nullable Object>();
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            row.put(column.field(), column.kind().published().read(result, i + 1));
        }
        return row;
    }

    /** A line for each column: the field, the column, then what it is, the type last. */
    String[] written() {
        return columns.stream()
                .map(column -> column.field() + " " + column.name() + " "
                        + (column.equals(key) ? "key" : column.nullable() ? "nullable" : "required") + " "
                        + (column.indexed() ? "indexed" : "plain") + " "
                        + column.kind().columnType())
                .toArray(String[]::new);
    }

    /** Reads what {@link #written} gave; an enum has become a text. */
    static Shape read(String readModel, String[] lines) {
        var columns = new ArrayList<Column>();
        Column key = null;
        for (String line : lines) {
            String[] parts = line.split(" ", 5);
            var column = new Column(
                    parts[0],
                    parts[1],
                    Kind.ofColumn(parts[4]),
                    parts[2].equals("nullable"),
                    parts[3].equals("indexed"));
            columns.add(column);
            if (parts[2].equals("key")) {
                key = column;
            }
        }
        return new Shape(readModel, columns, Objects.requireNonNull(key));
    }
}
