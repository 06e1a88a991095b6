package io.diptych.server.internal;

import io.diptych.App;
import io.diptych.command.Aggregate;
import io.diptych.message.Limits;
import io.diptych.message.Problem;
import io.diptych.projection.ReadModel;
import io.diptych.projection.SqlQuery;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** {@code GET /openapi.json}: the API of one app as OpenAPI 3.1, made from its records. */
final class OpenApi {

    private static final Map<String, Object> TEXT = Map.of("type", "string");

    private final App app;
    private final JsonSchemas records = new JsonSchemas();
    private final Map<String, Object> schemas = new LinkedHashMap<>();

    OpenApi(App app) {
        this.app = app;
    }

    /** The document, ready to be written as JSON. */
    Map<String, Object> document() {
        var paths = new LinkedHashMap<String, Object>();
        for (Aggregate<?, ?, ?> aggregate : app.aggregates()) {
            for (Class<?> type : JsonSchemas.typesOf(aggregate.commandType())) {
                paths.put("/api/commands/" + type.getSimpleName(), Map.of("post", command(aggregate, type)));
            }
        }
        paths.putAll(new OpenApiHistory(app).paths());
        schemas.putAll(OpenApiHistory.schemas());
        for (ReadModel<?, ?> model : app.readModels()) {
            schemas.put("row." + model.name(), records.row(model.rowType()));
            paths.put("/api/read-models/" + model.name(), Map.of("get", list(model)));
            paths.put("/api/read-models/" + model.name() + "/{key}", Map.of("get", find(model)));
            paths.putAll(OpenApiStreams.paths(model, records));
        }
        paths.putAll(OpenApiLetters.paths());
        for (SqlQuery query : app.queries()) {
            paths.put("/api/queries/" + query.name(), Map.of("get", OpenApiQueries.operation(query, records)));
        }
        addStatusPaths(paths);
        paths.putAll(OpenApiProjections.paths(app.readModels()));
        schemas.put("problem", problemSchema());
        schemas.put("accepted", acceptedSchema());
        schemas.put("pending", pendingSchema());
        schemas.putAll(records.named());
        return map(
                "openapi",
                "3.1.0",
                "info",
                map(
                        "title",
                        app.name(),
                        "version",
                        "1",
                        "description",
                        "Commands and read models of the app " + app.name() + ", served by Diptych."),
                "paths",
                paths,
                "components",
                map("schemas", schemas, "responses", responses()));
    }

    private Map<String, Object> command(Aggregate<?, ?, ?> aggregate, Class<?> type) {
        String name = type.getSimpleName();
        schemas.put("command." + name, records.command(aggregate, type));
        var responses = new TreeMap<String, Object>();
        responses.put(
                "200",
                map(
                        "description", "The command took effect, now or when it was first sent",
                        "headers",
                                map(
                                        "Consistency-Token", header("Send it with a query to read this write"),
                                        "ETag", header("The aggregate's version in quotes, for If-Match"),
                                        "Idempotency-Key", header("The command's id, made here if none was sent")),
                        "content", json("accepted")));
        responses.put(
                "202",
                map(
                        "description", "The command is durable; its reply has not come yet",
                        "headers", map("Location", header("What is known of the command's way")),
                        "content", json("pending")));
        problems(responses, 400, 403, 404, 409, 413, 415, 422, 500, 503);
        return map(
                "operationId",
                name,
                "tags",
                List.of(aggregate.name()),
                "summary",
                "Send " + name + " to the " + aggregate.name() + " it names",
                "parameters",
                List.of(
                        parameter(
                                "header",
                                "Idempotency-Key",
                                "1 to 255 visible characters; a command that is sent"
                                        + " again with the same key has the first one's result",
                                TEXT),
                        parameter(
                                "header",
                                "If-Match",
                                "Refuse unless the aggregate has this version",
                                map("type", "string", "pattern", "^\"[0-9]+\"$")),
                        parameter("header", "Prefer", "respond-async, or wait=<seconds> up to 30", TEXT),
                        parameter("header", "traceparent", "W3C trace context", TEXT)),
                "requestBody",
                map(
                        "required",
                        true,
                        "description",
                        "At most " + Limits.MAX_COMMAND_BYTES + " bytes. Fields may be camelCase or snake_case.",
                        "content",
                        json("command." + name)),
                "responses",
                responses);
    }

    private Map<String, Object> list(ReadModel<?, ?> model) {
        var parameters = new ArrayList<Object>(OpenApiFilters.parameters(model.rowType(), records));
        parameters.add(parameter("query", "sort", "Fields, comma separated; - before one means descending", TEXT));
        parameters.add(parameter(
                "query",
                "limit",
                "Rows in a page",
                map("type", "integer", "minimum", 1, "maximum", 1000, "default", 50)));
        parameters.add(parameter("query", "cursor", "The page after the one that gave this cursor", TEXT));
        parameters.add(parameter(
                "query", "count", "Whether to count all matching rows", map("type", "boolean", "default", false)));
        parameters.addAll(freshness());
        var responses = new TreeMap<String, Object>();
        responses.put(
                "200",
                map(
                        "description", "A page of rows",
                        "headers", seen("Link", header("The next page, rel=\"next\"")),
                        "content",
                                map(
                                        "application/json",
                                        map(
                                                "schema",
                                                map(
                                                        "type", "object",
                                                        "required", List.of("rows", "cursor"),
                                                        "properties",
                                                                map(
                                                                        "rows",
                                                                                map(
                                                                                        "type",
                                                                                        "array",
                                                                                        "items",
                                                                                        reference(
                                                                                                "row." + model.name())),
                                                                        "cursor",
                                                                                map("type", List.of("string", "null")),
                                                                        "count",
                                                                                map(
                                                                                        "type", "integer", "format",
                                                                                        "int64")))))));
        problems(responses, 400, 500, 503);
        return map(
                "operationId",
                "list_" + model.name(),
                "tags",
                List.of(model.name()),
                "summary",
                "Rows of " + model.name(),
                "parameters",
                parameters,
                "responses",
                responses);
    }

    private Map<String, Object> find(ReadModel<?, ?> model) {
        var parameters = new ArrayList<Object>();
        parameters.add(map("in", "path", "name", "key", "required", true, "schema", TEXT));
        parameters.addAll(freshness());
        var responses = new TreeMap<String, Object>();
        responses.put(
                "200",
                map(
                        "description",
                        "The row; ETag is its version when it has one",
                        "headers",
                        seen("ETag", header("The row's version in quotes, for If-Match")),
                        "content",
                        json("row." + model.name())));
        problems(responses, 400, 404, 500, 503);
        return map(
                "operationId",
                "get_" + model.name(),
                "tags",
                List.of(model.name()),
                "summary",
                "One row of " + model.name(),
                "parameters",
                parameters,
                "responses",
                responses);
    }

    /** How fresh a query's answer must be. */
    static List<Object> freshness() {
        return List.of(
                parameter(
                        "header",
                        "Consistency-Token",
                        "Answer only when this has been seen; join several with commas",
                        TEXT),
                parameter(
                        "query",
                        AskedFreshness.MAX_STALENESS,
                        "Answer only with all that was committed so many seconds ago; decimals allowed",
                        map("type", "number", "minimum", 0)),
                parameter("header", "Prefer", "wait=<seconds> for that, 2 by default and 30 at most", TEXT));
    }

    /** The headers that say what an answer has seen, and another. */
    private static Map<String, Object> seen(String another, Object header) {
        Map<String, Object> headers = seen();
        headers.put(another, header);
        return headers;
    }

    /** The headers that say what an answer has seen. */
    static Map<String, Object> seen() {
        return map(
                AskedFreshness.TOKEN,
                header("What the answer has seen: with it the next query is not answered with less"),
                AskedFreshness.LAG_EVENTS,
                header("Events not yet in the answer, at most; missing while unknown"),
                AskedFreshness.LAG_SECONDS,
                header("All events committed longer ago are in the answer; missing while unknown"));
    }

    private static void addStatusPaths(Map<String, Object> paths) {
        Map.of(
                        "/health/live", "Whether the process runs",
                        "/health/ready", "Whether everything needed is there; 503 and why when not",
                        "/api/commands", "All commands with their schemas",
                        "/api/read-models", "All read models with their fields",
                        "/api/projections", "How far each read model is behind, on all nodes, and why",
                        "/api/queries", "The app's own queries with their parameters and fields",
                        "/api/flows", "The latest commands through this gateway")
                .entrySet()
                .stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> paths.put(
                        entry.getKey(),
                        Map.of(
                                "get",
                                map(
                                        "tags", List.of("status"),
                                        "summary", entry.getValue(),
                                        "responses",
                                                map(
                                                        "200",
                                                        map(
                                                                "description", entry.getValue(),
                                                                "content",
                                                                        map(
                                                                                "application/json",
                                                                                map(
                                                                                        "schema",
                                                                                        map("type", "object")))))))));
    }

    static void problems(Map<String, Object> responses, int... statuses) {
        for (int status : statuses) {
            responses.put(Integer.toString(status), map("$ref", "#/components/responses/problem" + status));
        }
    }

    private static Map<String, Object> responses() {
        var responses = new TreeMap<String, Object>();
        for (Problem.Type type : Problem.Type.values()) {
            responses.computeIfAbsent("problem" + type.status(), name -> problemResponse(type.status()));
        }
        return responses;
    }

    private static Map<String, Object> problemResponse(int status) {
        String causes = Arrays.stream(Problem.Type.values())
                .filter(type -> type.status() == status)
                .map(type -> type.title() + " (" + type.uri() + ")")
                .collect(Collectors.joining("; "));
        var response = map(
                "description", causes, "content", map(ProblemDocument.MEDIA_TYPE, map("schema", reference("problem"))));
        if (status == 503) {
            response.put("headers", map("Retry-After", header("Seconds until trying again is worth it")));
        }
        return response;
    }

    private static Map<String, Object> problemSchema() {
        return map(
                "type",
                "object",
                "description",
                "RFC 9457",
                "required",
                List.of("type", "title", "status", "detail", "instance"),
                "properties",
                map(
                        "type",
                        map(
                                "type",
                                "string",
                                "enum",
                                Arrays.stream(Problem.Type.values())
                                        .map(Problem.Type::uri)
                                        .toList()),
                        "title",
                        TEXT,
                        "status",
                        map("type", "integer"),
                        "detail",
                        TEXT,
                        "instance",
                        TEXT,
                        "code",
                        map("type", "string", "description", "Which rule of the domain refused, at 422")));
    }

    private static Map<String, Object> acceptedSchema() {
        return map(
                "type", "object",
                "required", List.of("aggregate", "id", "version", "events", "token"),
                "properties",
                        map(
                                "aggregate", TEXT,
                                "id", TEXT,
                                "version", map("type", "integer", "format", "int64"),
                                "events", map("type", "array", "items", TEXT),
                                "token", TEXT));
    }

    private static Map<String, Object> pendingSchema() {
        return map(
                "type", "object",
                "required", List.of("aggregate", "id", "commandId"),
                "properties", map("aggregate", TEXT, "id", TEXT, "commandId", TEXT, "detail", TEXT));
    }

    static Map<String, Object> parameter(String in, String name, String description, Map<String, Object> schema) {
        return map("in", in, "name", name, "description", description, "required", false, "schema", schema);
    }

    static Map<String, Object> header(String description) {
        return map("description", description, "schema", TEXT);
    }

    static Map<String, Object> json(String schema) {
        return map("application/json", map("schema", reference(schema)));
    }

    static Map<String, Object> reference(String schema) {
        return map("$ref", "#/components/schemas/" + schema);
    }

    /** A map in the order given: names and values in turn. */
    static Map<String, Object> map(Object... namesAndValues) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}
