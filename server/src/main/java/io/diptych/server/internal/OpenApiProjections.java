package io.diptych.server.internal;

import static io.diptych.server.internal.OpenApi.map;
import static io.diptych.server.internal.OpenApi.parameter;

import io.diptych.projection.ReadModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The part of {@link OpenApi} that tells how to rebuild read models. */
final class OpenApiProjections {

    private static final Map<String, Object> KEEP = parameter(
            "query",
            "keep",
            "Whether the generation that serves now is kept when the new one has taken over",
            Map.of("type", "boolean", "default", false));
    private static final Map<String, Object> NUMBER =
            Map.of("in", "path", "name", "number", "required", true, "schema", Map.of("type", "integer", "minimum", 1));

    private OpenApiProjections() {}

    static Map<String, Object> paths(List<ReadModel<?, ?>> readModels) {
        var paths = new LinkedHashMap<String, Object>();
        for (ReadModel<?, ?> model : readModels) {
            String name = model.name();
            String path = "/api/projections/" + name;
            paths.put(
                    path + "/rebuild",
                    Map.of(
                            "post",
                            operation("rebuild_" + name, "Make the rows anew beside those that serve", 202, KEEP)));
            paths.put(
                    path + "/rollback",
                    Map.of(
                            "post",
                            operation("rollback_" + name, "Have the generation that was kept serve again", 200)));
            paths.put(
                    path + "/generations/{number}",
                    Map.of("delete", operation("drop_" + name, "Drop a generation that does not serve", 204, NUMBER)));
        }
        return paths;
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static Map<String, Object> operation(
            String id, String summary, int status, Map<String, Object>... parameters) {
        var responses = new TreeMap<String, Object>();
        responses.put(Integer.toString(status), map("description", summary));
        OpenApi.problems(responses, 400, 403, 404, 409, 503);
        return map(
                "operationId", id,
                "tags", List.of("status"),
                "summary", summary,
                "parameters", List.of(parameters),
                "responses", responses);
    }
}
