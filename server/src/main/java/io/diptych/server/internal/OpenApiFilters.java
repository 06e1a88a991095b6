package io.diptych.server.internal;

import static io.diptych.server.internal.OpenApi.map;

import io.diptych.projection.Filter.Operator;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The part of {@link OpenApi} that tells how rows are filtered: a parameter for each field and operator that fits. */
final class OpenApiFilters {

    private OpenApiFilters() {}

    static List<Object> parameters(Class<?> rowType, JsonSchemas records) {
        var parameters = new ArrayList<Object>();
        for (RecordComponent component : rowType.getRecordComponents()) {
            Map<String, Object> schema = records.schema(component.getGenericType());
            for (Operator operator : Operator.fitting(component.getType(), JsonSchemas.isNullable(component))) {
                parameters.add(parameter(component.getName(), operator, schema));
            }
        }
        return parameters;
    }

    private static Map<String, Object> parameter(String field, Operator operator, Map<String, Object> schema) {
        String name = operator == Operator.EQ ? field : field + "[" + operator.written() + "]";
        String only = "Only rows where the field ";
        return switch (operator) {
            case EQ -> OpenApi.parameter("query", name, only + "is this; also written " + field + "[eq]", schema);
            case GT -> OpenApi.parameter("query", name, only + "is greater", schema);
            case GTE -> OpenApi.parameter("query", name, only + "is this or greater", schema);
            case LT -> OpenApi.parameter("query", name, only + "is less", schema);
            case LTE -> OpenApi.parameter("query", name, only + "is this or less", schema);
            case PREFIX -> OpenApi.parameter("query", name, only + "begins with this", schema);
            case NULL ->
                OpenApi.parameter("query", name, only + "has no value; false: has one", map("type", "boolean"));
            case IN -> {
                Map<String, Object> list = OpenApi.parameter(
                        "query",
                        name,
                        only + "is one of these; a comma within a value is written \\, and a backslash \\\\",
                        map("type", "array", "items", schema, "minItems", 1));
                list.put("style", "form");
                list.put("explode", false);
                yield list;
            }
        };
    }
}
