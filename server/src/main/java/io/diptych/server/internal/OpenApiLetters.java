package io.diptych.server.internal;

import static io.diptych.server.internal.OpenApi.map;
import static io.diptych.server.internal.OpenApi.parameter;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The part of {@link OpenApi} that tells what to do about dead letters. */
final class OpenApiLetters {

    private static final Map<String, Object> TEXT = Map.of("type", "string");
    private static final Map<String, Object> FLAG = Map.of("type", "boolean", "default", false);
    private static final Map<String, Object> OBJECT = Map.of("type", "object");

    private OpenApiLetters() {}

    static Map<String, Object> paths() {
        var key = parameter("query", "key", "The row key, as it is listed", TEXT);
        var limit = map(
                "type",
                "integer",
                "minimum",
                1,
                "maximum",
                DeadLetterResource.MAX_LIMIT,
                "default",
                DeadLetterResource.DEFAULT_LIMIT);
        var why = map(
                "type", "object",
                "required", List.of("by", "reason"),
                "properties", map("by", TEXT, "reason", TEXT));
        String letters = "/api/dead-letters/{readModel}";
        var paths = new LinkedHashMap<String, Object>();
        paths.put("/api/dead-letters", get("dead_letters", "How much is parked of each read model", List.of()));
        paths.put(
                letters,
                get(
                        "list_dead_letters",
                        "Parked keys; or the letters of one; or what was discarded",
                        List.of(
                                key,
                                parameter("query", "discarded", "What was given up, the latest first", FLAG),
                                parameter("query", "limit", "Items in a page", limit),
                                parameter("query", "cursor", "The page after the one that gave this cursor", TEXT)),
                        "readModel"));
        paths.put(letters + "/{id}", get("get_dead_letter", "All about one letter", List.of(), "readModel", "id"));
        paths.put(
                letters + "/retry",
                post(
                        "retry_dead_letters",
                        "Apply what waits, of one key or as much as a few seconds allow",
                        null,
                        List.of(
                                key,
                                parameter("query", "all", "Retry all keys", FLAG),
                                parameter("query", "preview", "Only say what would happen", FLAG),
                                parameter("query", "after", "next of the answer before, with all", TEXT)),
                        "readModel"));
        paths.put(
                letters + "/discard",
                post("discard_dead_letters", "Give up all letters of a key", why, List.of(key), "readModel"));
        paths.put(
                letters + "/{id}/edit",
                post("edit_dead_letter", "Put another event in its place", OBJECT, List.of(), "readModel", "id"));
        paths.put(
                letters + "/{id}/discard",
                post("discard_dead_letter", "Give one up; those behind it go on", why, List.of(), "readModel", "id"));
        return paths;
    }

    private static Map<String, Object> get(String id, String summary, List<Object> parameters, String... path) {
        return Map.of("get", operation(id, summary, parameters, path));
    }

    private static Map<String, Object> post(
            String id, String summary, @Nullable Map<String, Object> body, List<Object> parameters, String... path) {
        Map<String, Object> operation = operation(id, summary, parameters, path);
        if (body != null) {
            operation.put(
                    "requestBody", map("required", true, "content", map("application/json", map("schema", body))));
        }
        return Map.of("post", operation);
    }

    private static Map<String, Object> operation(String id, String summary, List<Object> parameters, String... path) {
        var all = new ArrayList<Object>();
        for (String name : path) {
            all.add(map("in", "path", "name", name, "required", true, "schema", TEXT));
        }
        all.addAll(parameters);
        var responses = new TreeMap<String, Object>();
        responses.put("200", map("description", summary, "content", map("application/json", map("schema", OBJECT))));
        OpenApi.problems(responses, 400, 403, 404, 500, 503);
        return map(
                "operationId", id,
                "tags", List.of("dead letters"),
                "summary", summary,
                "parameters", all,
                "responses", responses);
    }
}
