package io.diptych.server.internal;

import static io.diptych.server.internal.OpenApi.header;
import static io.diptych.server.internal.OpenApi.json;
import static io.diptych.server.internal.OpenApi.map;
import static io.diptych.server.internal.OpenApi.parameter;
import static io.diptych.server.internal.OpenApi.reference;

import io.diptych.App;
import io.diptych.command.Aggregate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The part of {@link OpenApi} that tells how to read aggregates. */
final class OpenApiHistory {

    private static final Map<String, Object> TEXT = Map.of("type", "string");
    private static final Map<String, Object> NUMBER = Map.of("type", "integer", "format", "int64", "minimum", 1);
    private static final Map<String, Object> ID = Map.of("in", "path", "name", "id", "required", true, "schema", TEXT);
    private static final Map<String, Object> WAIT =
            parameter("header", "Prefer", "wait=<seconds> for the owner, 5 by default and 30 at most", TEXT);

    private final App app;

    OpenApiHistory(App app) {
        this.app = app;
    }

    Map<String, Object> paths() {
        var paths = new LinkedHashMap<String, Object>();
        for (Aggregate<?, ?, ?> aggregate : app.aggregates()) {
            String path = "/api/aggregates/" + aggregate.name() + "/{id}";
            paths.put(path, Map.of("get", state(aggregate.name())));
            paths.put(path + "/events", Map.of("get", events(aggregate.name())));
        }
        return paths;
    }

    private static Map<String, Object> state(String aggregate) {
        var responses = new TreeMap<String, Object>();
        responses.put(
                "200",
                map(
                        "description", "The state, which takes in every command that was answered before",
                        "headers", map("ETag", header("The version in quotes, for If-Match and If-None-Match")),
                        "content", json("standing")));
        responses.put("304", map("description", "It still has the version of If-None-Match"));
        return operation(
                "state_" + aggregate,
                aggregate,
                "How one " + aggregate + " stands, or stood",
                List.of(
                        ID,
                        parameter("query", "version", "As it was with so many events", NUMBER),
                        parameter("header", "If-None-Match", "The ETag of an earlier answer", TEXT),
                        WAIT),
                responses);
    }

    private static Map<String, Object> events(String aggregate) {
        var limit = map(
                "type",
                "integer",
                "minimum",
                1,
                "maximum",
                AggregateResource.MAX_LIMIT,
                "default",
                AggregateResource.DEFAULT_LIMIT);
        var responses = new TreeMap<String, Object>();
        responses.put(
                "200",
                map(
                        "description", "A page of events, in order",
                        "headers", map("Link", header("The next page, rel=\"next\"")),
                        "content", json("history")));
        return operation(
                "events_" + aggregate,
                aggregate,
                "What happened to one " + aggregate,
                List.of(
                        ID,
                        parameter("query", "from", "The version of the first event; 1 by default", NUMBER),
                        parameter("query", "limit", "Events in a page; fewer when they are large", limit),
                        WAIT),
                responses);
    }

    private static Map<String, Object> operation(
            String id, String tag, String summary, List<Object> parameters, Map<String, Object> responses) {
        OpenApi.problems(responses, 400, 404, 500, 503);
        return map(
                "operationId",
                id,
                "tags",
                List.of(tag),
                "summary",
                summary,
                "parameters",
                parameters,
                "responses",
                responses);
    }

    static Map<String, Object> schemas() {
        var event = map(
                "type", "object",
                "required", List.of("version", "type", "data", "id", "time", "correlationId", "partition", "offset"),
                "properties",
                        map(
                                "version", NUMBER,
                                "type", TEXT,
                                "data", map(),
                                "id", TEXT,
                                "time", map("type", "string", "format", "date-time"),
                                "causationId", TEXT,
                                "correlationId", TEXT,
                                "traceparent", TEXT,
                                "partition", map("type", "integer"),
                                "offset", map("type", "integer", "format", "int64")));
        var next = map("type", List.of("integer", "null"), "description", "from of the next page");
        return map(
                "standing", about("stateType", TEXT, "state", map("description", "As the app's record has it")),
                "history", about("events", map("type", "array", "items", reference("event")), "next", next),
                "event", event);
    }

    /** What is about an aggregate and has these two members besides. */
    private static Map<String, Object> about(
            String name, Map<String, Object> schema, String otherName, Map<String, Object> otherSchema) {
        return map(
                "type", "object",
                "required", List.of("aggregate", "id", "version", name, otherName),
                "properties",
                        map("aggregate", TEXT, "id", TEXT, "version", NUMBER, name, schema, otherName, otherSchema));
    }
}
