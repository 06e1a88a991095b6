package io.diptych.server.internal;

import io.diptych.message.Problem;
import io.diptych.projection.Filter;
import io.diptych.projection.Filter.Operator;
import io.diptych.server.internal.Exchange.Parameter;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Filters as they are written in a query: {@code field=value}, or {@code field[operator]=value}. The values of
 * {@code in} are separated by commas; a comma within one is written {@code \,} and a backslash {@code \\}.
 */
final class FilterParameters {

    private static final Pattern NAME = Pattern.compile("(.*)\\[([^\\[\\]]*)]", Pattern.DOTALL);

    private FilterParameters() {}

    /**
     * The filter that a parameter is.
     *
     * @param rowType whose fields the query may name, for the message; null when there is no such read model
     */
    static Filter parse(Parameter parameter, @Nullable Class<?> rowType) {
        Matcher name = NAME.matcher(parameter.name());
        if (!name.matches()) {
            return Filter.equal(parameter.name(), parameter.value());
        }
        Operator operator = Operator.of(name.group(2));
        if (operator == null) {
            throw Problem.Type.INVALID_QUERY.exception("There is no operator [" + name.group(2) + "] for the field ["
                    + name.group(1) + "]: use " + fitting(name.group(1), rowType));
        }
        List<String> values = operator == Operator.IN ? split(parameter.value()) : List.of(parameter.value());
        return new Filter(name.group(1), operator, values);
    }

    private static List<String> split(String text) {
        var values = new ArrayList<String>();
        var value = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length() && ",\\".indexOf(text.charAt(i + 1)) >= 0) {
                i++;
                value.append(text.charAt(i));
            } else if (c == ',') {
                values.add(value.toString());
                value.setLength(0);
            } else {
                value.append(c);
            }
        }
        values.add(value.toString());
        return values;
    }

    private static String fitting(String field, @Nullable Class<?> rowType) {
        RecordComponent[] components = rowType == null ? new RecordComponent[0] : rowType.getRecordComponents();
        String wanted = bare(field);
        return Arrays.stream(components)
                .filter(component -> bare(component.getName()).equals(wanted))
                .findFirst()
                .map(component -> Operator.fittingInWords(component.getType(), JsonSchemas.isNullable(component)))
                .orElseGet(() ->
                        Arrays.stream(Operator.values()).map(Operator::written).collect(Collectors.joining(", ")));
    }

    /** The same for camelCase and snake_case. */
    private static String bare(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }
}
