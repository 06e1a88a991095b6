package io.diptych.server.internal;

import static io.diptych.server.internal.OpenApi.map;
import static io.diptych.server.internal.OpenApi.parameter;

import io.diptych.projection.ReadModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The part of {@link OpenApi} that tells how rows are watched. */
final class OpenApiStreams {

    private static final Map<String, Object> LAST_EVENT_ID = parameter(
            "header",
            "Last-Event-ID",
            "The id of the last event that was seen of the same stream: it goes on with the next",
            Map.of("type", "string"));

    private OpenApiStreams() {}

    /** None for a read model that does not keep its changes. */
    static Map<String, Object> paths(ReadModel<?, ?> model, JsonSchemas records) {
        var paths = new LinkedHashMap<String, Object>();
        if (model.changeLog() != null) {
            String path = "/api/read-models/" + model.name();
            var filters = new ArrayList<Object>(OpenApiFilters.parameters(model.rowType(), records));
            filters.add(LAST_EVENT_ID);
            paths.put(path + "/stream", operation("watch_" + model.name(), model, filters));
            Map<String, Object> key =
                    map("in", "path", "name", "key", "required", true, "schema", Map.of("type", "string"));
            paths.put(
                    path + "/{key}/stream", operation("watch_one_" + model.name(), model, List.of(key, LAST_EVENT_ID)));
        }
        return paths;
    }

    private static Map<String, Object> operation(String id, ReadModel<?, ?> model, List<Object> parameters) {
        var responses = new TreeMap<String, Object>();
        responses.put(
                "200",
                map(
                        "description",
                        "Server-sent events: row for each row, complete, then changed and removed as they are"
                                + " committed; reset when rows come anew. The data is the row as JSON, of removed its"
                                + " key field.",
                        "content",
                        map("text/event-stream", map("schema", map("type", "string")))));
        OpenApi.problems(responses, 400, 404, 503);
        return Map.of(
                "get",
                map(
                        "operationId",
                        id,
                        "tags",
                        List.of(model.name()),
                        "summary",
                        "Rows of " + model.name() + ", and every change of them",
                        "parameters",
                        parameters,
                        "responses",
                        responses));
    }
}
