package io.diptych.postgres;

import io.diptych.message.Problem;
import io.diptych.projection.Filter;
import io.diptych.projection.Filter.Operator;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** The conditions of a query and their parameters, all in written form: a value never gets into a statement. */
final class Conditions {

    /** Far more than a URL holds; keeps a statement well below PostgreSQL's 65,535 parameters. */
    private static final int MAX_VALUES = 1000;

    private final List<String> all = new ArrayList<>();
    private final List<String> parameters = new ArrayList<>();

    void add(String condition, Collection<String> values) {
        all.add(condition);
        parameters.addAll(values);
    }

    /** @throws io.diptych.message.ProblemException when the text is not of the column's kind */
    void equal(Column column, String text) {
        compare(column, "=", text);
    }

    /** @throws io.diptych.message.ProblemException when there is no such field, or operator or value do not fit it */
    void add(Shape shape, Filter filter) {
        Column column = field(shape, filter.field());
        Operator operator = filter.operator();
        if (!operator.fits(column.kind().javaType(), column.nullable())) {
            throw unfitting(column, operator);
        }
        String value = filter.values().getFirst();
        switch (operator) {
            case EQ -> equal(column, value);
            case GT -> compare(column, ">", value);
            case GTE -> compare(column, ">=", value);
            case LT -> compare(column, "<", value);
            case LTE -> compare(column, "<=", value);
            case IN -> in(column, filter.values());
            case PREFIX -> prefix(column, written(column, value));
            case NULL -> missing(column, value);
        }
    }

    private void compare(Column column, String operator, String text) {
        add(column.quoted() + " " + operator + " " + column.parameter(), List.of(written(column, text)));
    }

    private void in(Column column, List<String> texts) {
        if (texts.size() > MAX_VALUES) {
            throw Problem.Type.INVALID_QUERY.exception("The field [" + column.field() + "] is asked for ["
                    + texts.size() + "] values: ask for at most " + MAX_VALUES + " at once");
        }
        String placeholders = texts.stream().map(text -> column.parameter()).collect(Collectors.joining(", "));
        add(
                column.quoted() + " in (" + placeholders + ")",
                texts.stream().map(text -> written(column, text)).toList());
    }

    /** As a range, which an index serves whatever plan is chosen: texts are ordered by code point (collation "C"). */
    private void prefix(Column column, String prefix) {
        add(column.quoted() + " >= " + column.parameter(), List.of(prefix));
        String beyond = beyond(prefix);
        if (!beyond.isEmpty()) {
            add(column.quoted() + " < " + column.parameter(), List.of(beyond));
        }
    }

    /** The least text that is greater than every text with the prefix; empty when there is none. */
    static String beyond(String prefix) {
        int end = prefix.length();
        while (end > 0) {
            int last = prefix.codePointBefore(end);
            end -= Character.charCount(last);
            if (last < Character.MAX_CODE_POINT) {
                // Surrogates are no characters: after the last before them comes the first after them.
                int next = last + 1 == Character.MIN_SURROGATE ? Character.MAX_SURROGATE + 1 : last + 1;
                return prefix.substring(0, end) + Character.toString(next);
            }
        }
        return "";
    }

    private void missing(Column column, String text) {
        boolean wanted = switch (text) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw Problem.Type.INVALID_QUERY.exception("The condition [" + column.field() + "[null]] is ["
                        + shortened(text) + "]: it is true for rows without a value, false for those with one");
        };
        add(column.quoted() + (wanted ? " is null" : " is not null"), List.of());
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
                    + shortened(name) + "], only " + fields(shape.columns()));
        }
        return column;
    }

    /** The fields' names, for messages. */
    static String fields(List<Column> columns) {
        return columns.stream().map(Column::field).collect(Collectors.joining(", ", "[", "]"));
    }

    /**
     * As it goes into a statement.
     *
     * @throws io.diptych.message.ProblemException when the text is not of the column's kind
     */
    static String written(Column column, String text) {
        return column.kind().written(value("field", column, text));
    }

    /**
     * The value that is written so.
     *
     * @param what is named, for the message
     * @throws io.diptych.message.ProblemException when the text is not of the column's kind
     */
    static Object value(String what, Column column, String text) {
        Object value = column.kind().parse(text);
        if (value == null) {
            throw Problem.Type.INVALID_QUERY.exception("The " + what + " [" + column.field() + "] must be "
                    + column.kind().inWords() + ", not [" + shortened(text) + "]");
        }
        return value;
    }

    private static RuntimeException unfitting(Column column, Operator operator) {
        String why = operator == Operator.NULL ? "never null" : column.kind().inWords();
        return Problem.Type.INVALID_QUERY.exception("The operator [" + operator.written() + "] does not fit the field ["
                + column.field() + "], which is " + why + ": use "
                + Operator.fittingInWords(column.kind().javaType(), column.nullable()));
    }

    static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "...";
    }
}
