package io.diptych.postgres;

import io.diptych.message.Problem;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** The conditions of a query and their parameters, all in written form: a value never gets into a statement. */
final class Conditions {

    private final List<String> all = new ArrayList<>();
    private final List<String> parameters = new ArrayList<>();

    void add(String condition, Collection<String> values) {
        all.add(condition);
        parameters.addAll(values);
    }

    /** @throws io.diptych.message.ProblemException when the text is not of the column's kind */
    void equal(Column column, String text) {
        add(column.quoted() + " = " + column.parameter(), List.of(written(column, text)));
    }

    Conditions copy() {
        var copy = new Conditions();
        copy.all.addAll(all);
        copy.parameters.addAll(parameters);
        return copy;
    }

    String where() {
        return all.isEmpty() ? "" : " where " + String.join(" and ", all);
    }

    /** Sets the parameters from that index on; returns the next one. */
    int bind(PreparedStatement statement, int first) throws SQLException {
        for (int i = 0; i < parameters.size(); i++) {
            statement.setString(first + i, parameters.get(i));
        }
        return first + parameters.size();
    }

    /** The component or column of that name. */
    static Column field(Shape shape, String name) {
        Column column = shape.column(name);
        if (column == null) {
            throw Problem.Type.INVALID_QUERY.exception("The read model [" + shape.readModel() + "] has no field ["
                    + shortened(name) + "], only "
                    + shape.columns().stream().map(Column::field).collect(Collectors.joining(", ", "[", "]")));
        }
        return column;
    }

    private static String written(Column column, String text) {
        Object value = column.kind().parse(text);
        if (value == null) {
            throw Problem.Type.INVALID_QUERY.exception("The field [" + column.field() + "] must be "
                    + column.kind().inWords() + ", not [" + shortened(text) + "]");
        }
        return column.kind().written(value);
    }

    static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }
}
