package io.diptych.server.internal;

import static io.diptych.server.internal.OpenApi.map;
import static io.diptych.server.internal.OpenApi.parameter;

import io.diptych.projection.SqlQuery;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The part of {@link OpenApi} that tells of the app's own queries. */
final class OpenApiQueries {

    private OpenApiQueries() {}

    /** What {@code GET /api/queries/{name}} takes and gives. */
    static Map<String, Object> operation(SqlQuery query, JsonSchemas records) {
        var parameters = new ArrayList<Object>();
        for (RecordComponent component : query.parameterType().getRecordComponents()) {
            boolean optional = JsonSchemas.isNullable(component);
            Map<String, Object> parameter = parameter(
                    "query",
                    component.getName(),
                    optional ? "May be left out" : "Must be given",
                    records.schema(component.getGenericType()));
            parameter.put("required", !optional);
            parameters.add(parameter);
        }
        parameters.addAll(OpenApi.freshness());
        var rows = map("type", "array", "maxItems", SqlQuery.MAX_ROWS, "items", records.row(query.rowType()));
        var responses = new TreeMap<String, Object>();
        responses.put(
                "200",
                map(
                        "description",
                        "All rows",
                        "headers",
                        OpenApi.seen(),
                        "content",
                        map(
                                "application/json",
                                map(
                                        "schema",
                                        map(
                                                "type",
                                                "object",
                                                "required",
                                                List.of("rows"),
                                                "properties",
                                                map("rows", rows))))));
        OpenApi.problems(responses, 400, 404, 500, 503);
        return map(
                "operationId",
                "query_" + query.name(),
                "tags",
                query.readModels(),
                "summary",
                "The app's own query " + query.name(),
                "parameters",
                parameters,
                "responses",
                responses);
    }
}
