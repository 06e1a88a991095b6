package io.diptych.server.internal;

import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.projection.Filter;
import io.diptych.projection.ReadModel;
import io.diptych.projection.ReadModelQueries.Freshness;
import io.diptych.projection.ReadModelQueries.ListQuery;
import io.diptych.projection.ReadModelQueries.Page;
import io.diptych.projection.ReadModelQueries.Row;
import io.diptych.server.internal.Exchange.Parameter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code GET /api/read-models…}: queries on rows, as fresh as the caller asks. */
final class ReadModelResource {

    private static final int DEFAULT_LIMIT = 50;
    private static final int MAX_LIMIT = 1000;

    private final Backend backend;
    private final Flows flows;
    private final List<Map<String, Object>> descriptions;
    private final Map<String, Class<?>> rowTypes = new HashMap<>();

    ReadModelResource(Backend backend, Flows flows) {
        this.backend = backend;
        this.flows = flows;
        this.descriptions = backend.app().readModels().stream()
                .map(ReadModelResource::describe)
                .toList();
        backend.app().readModels().forEach(model -> rowTypes.put(model.name(), model.rowType()));
    }

    void describe(Exchange exchange) {
        exchange.json(200, Map.of("readModels", descriptions));
    }

    private static Map<String, Object> describe(ReadModel<?, ?> model) {
        var schemas = new JsonSchemas();
        var description = new LinkedHashMap<String, Object>();
        description.put("name", model.name());
        description.put("aggregate", model.aggregate().name());
        description.put("key", JsonSchemas.keyOf(model.rowType()));
        description.put("path", "/api/read-models/" + model.name());
        if (model.changeLog() != null) {
            description.put("stream", "/api/read-models/" + model.name() + "/stream");
        }
        description.put("fields", schemas.fields(model.rowType()));
        return description;
    }

    void find(Exchange exchange) {
        String model = exchange.path("name");
        String key = exchange.path("key");
        Freshness freshness = AskedFreshness.of(exchange);
        Row found = backend.queries().find(model, key, freshness);
        flows.queried(freshness.token(), model);
        AskedFreshness.tell(exchange, found.seen());
        Map<String, @Nullable Object> row = found.fields();
        if (row == null) {
            throw new ProblemException(Problem.Type.NOT_FOUND.with(
                    "The read model [" + model + "] has no row with the key [" + key + "]",
                    Map.of("readModel", model, "key", key)));
        }
        if (row.get("version") instanceof Number version) {
            exchange.set("ETag", "\"" + version.longValue() + "\"");
        }
        exchange.json(200, row);
    }

    void list(Exchange exchange) {
        String model = exchange.path("name");
        Freshness freshness = AskedFreshness.of(exchange);
        Page page = backend.queries().list(model, query(model, exchange.query()), freshness);
        flows.queried(freshness.token(), model);
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put("rows", page.rows());
        body.put("cursor", page.cursor());
        if (page.count() != null) {
            body.put("count", page.count());
        }
        if (page.cursor() != null) {
            exchange.set("Link", "<" + next(exchange, page.cursor()) + ">; rel=\"next\"");
        }
        AskedFreshness.tell(exchange, page.seen());
        exchange.json(200, body);
    }

    private ListQuery query(String model, List<Parameter> parameters) {
        var filters = new ArrayList<Filter>();
        var options = new LinkedHashMap<String, String>();
        var seen = new HashSet<String>();
        for (Parameter parameter : parameters) {
            String name = parameter.name();
            if (name.equals(AskedFreshness.MAX_STALENESS)) {
                continue;
            }
            if (!seen.add(name)) {
                throw Problem.Type.INVALID_QUERY.exception(
                        "The parameter [" + name
                                + "] is given twice: send it once; one of several values is asked for with field[in]=one,other");
            }
            if (name.matches("sort|limit|cursor|count")) {
                options.put(name, parameter.value());
            } else {
                filters.add(FilterParameters.parse(parameter, rowTypes.get(model)));
            }
        }
        String sort = options.getOrDefault("sort", "");
        String cursor = options.getOrDefault("cursor", "");
        return new ListQuery(
                filters,
                sort.isBlank() ? List.of() : List.of(sort.split(",", -1)),
                QueryParameters.limit(options.get("limit"), DEFAULT_LIMIT, MAX_LIMIT),
                cursor.isEmpty() ? null : cursor,
                QueryParameters.flag(options, "count"));
    }

    private static String next(Exchange exchange, String cursor) {
        String others = exchange.query().stream()
                .filter(p -> !p.name().equals("cursor"))
                .map(p -> encoded(p.name()) + "=" + encoded(p.value()) + "&")
                .collect(Collectors.joining());
        return exchange.rawPath() + "?" + others + "cursor=" + encoded(cursor);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
