package io.diptych.server.internal;

import io.diptych.projection.ReadModelQueries.Freshness;
import io.diptych.projection.ReadModelQueries.Result;
import io.diptych.projection.SqlQuery;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code GET /api/queries…}: the queries that the app has written itself. */
final class QueryResource {

    private final Backend backend;
    private final Flows flows;
    private final List<Map<String, Object>> descriptions;
    private final Map<String, SqlQuery> queries = new HashMap<>();

    QueryResource(Backend backend, Flows flows) {
        this.backend = backend;
        this.flows = flows;
        this.descriptions =
                backend.app().queries().stream().map(QueryResource::describe).toList();
        backend.app().queries().forEach(query -> queries.put(query.name(), query));
    }

    void describe(Exchange exchange) {
        exchange.json(200, Map.of("queries", descriptions));
    }

    private static Map<String, Object> describe(SqlQuery query) {
        var schemas = new JsonSchemas();
        var description = new LinkedHashMap<String, Object>();
        description.put("name", query.name());
        description.put("readModels", query.readModels());
        description.put("path", "/api/queries/" + query.name());
        description.put("parameters", schemas.row(query.parameterType()).get("properties"));
        description.put("fields", schemas.row(query.rowType()).get("properties"));
        return description;
    }

    void find(Exchange exchange) {
        String name = exchange.path("name");
        Freshness freshness = AskedFreshness.of(exchange);
        Map<String, String> parameters = QueryParameters.once(exchange.query().stream()
                .filter(parameter -> !parameter.name().equals(AskedFreshness.MAX_STALENESS))
                .toList());
        Result answer = backend.queries().query(name, parameters, freshness);
        SqlQuery query = queries.get(name);
        if (query != null) {
            query.readModels().forEach(model -> flows.queried(freshness.token(), model));
        }
        AskedFreshness.tell(exchange, answer.seen());
        exchange.json(200, Map.of("rows", answer.rows()));
    }
}
