package io.diptych.server.internal;

import static io.diptych.server.internal.OpenApi.map;
import static io.diptych.server.internal.OpenApi.parameter;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The part of {@link OpenApi} that tells what to do about dead letters and late events. */
final class OpenApiLetters {

    private static final Map<String, Object> TEXT = Map.of("type", "string");
    private static final Map<String, Object> FLAG = Map.of("type", "boolean", "default", false);
    private static final Map<String, Object> OBJECT = Map.of("type", "object");

    private OpenApiLetters() {}

    static Map<String, Object> paths() {
        Map<String, Object> paths = letters();
        paths.putAll(late());
        return paths;
    }

    private static Map<String, Object> limit() {
        return map(
                "type",
                "integer",
                "minimum",
                1,
                "maximum",
                WaitingEvents.MAX_LIMIT,
                "default",
                WaitingEvents.DEFAULT_LIMIT);
    }

    private static Map<String, Object> late() {
        var by = map("type", "object", "required", List.of("by"), "properties", map("by", TEXT));
        var why = why();
        var states = map("type", "string", "enum", List.of("waiting", "admitted", "discarded"), "default", "waiting");
        Object all = parameter("query", "all", "All that wait; must be true", FLAG);
        Object preview = parameter("query", "preview", "Only say what would happen; needs no body", FLAG);
        String late = "/api/late/{readModel}";
        var paths = new LinkedHashMap<String, Object>();
        paths.put("/api/late", get("late", "How much is late of each read model over windows", List.of()));
        paths.put(
                late,
                get(
                        "list_late",
                        "Events that came after their windows were closed, the latest first",
                        List.of(
                                parameter("query", "state", "What became of them", states),
                                parameter("query", "limit", "Items in a page", limit()),
                                parameter("query", "cursor", "The page after the one that gave this cursor", TEXT)),
                        "readModel"));
        paths.put(late + "/{id}", get("get_late", "All about one late event", List.of(), "readModel", "id"));
        paths.put(
                late + "/admit",
                post(
                        "admit_all_late",
                        "Fold all that wait into their rows, as many as a few seconds allow",
                        by,
                        List.of(all, preview, parameter("query", "after", "next of the answer before", TEXT)),
                        "readModel"));
        paths.put(late + "/discard", post("discard_all_late", "Give up all that wait", why, List.of(all), "readModel"));
        paths.put(
                late + "/{id}/admit",
                post("admit_late", "Fold one into its rows", by, List.of(preview), "readModel", "id"));
        paths.put(late + "/{id}/discard", post("discard_late", "Give one up", why, List.of(), "readModel", "id"));
        return paths;
    }

    private static Map<String, Object> why() {
        return map(
                "type", "object",
                "required", List.of("by", "reason"),
                "properties", map("by", TEXT, "reason", TEXT));
    }

    private static Map<String, Object> letters() {
        var key = parameter("query", "key", "The row key, as it is listed", TEXT);
        var why = why();
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
                                parameter("query", "limit", "Items in a page", limit()),
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
                    "requestBody",
                    map("required", !id.startsWith("admit"), "content", map("application/json", map("schema", body))));
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
                "tags", List.of(id.contains("late") ? "late events" : "dead letters"),
                "summary", summary,
                "parameters", all,
                "responses", responses);
    }
}
