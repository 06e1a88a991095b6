package io.diptych.server.internal;

import io.diptych.message.Problem;
import io.diptych.projection.Generation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** {@code POST} and {@code DELETE /api/projections/…}: rebuild a read model, go back, drop what is not needed. */
final class GenerationResource {

    private final Backend backend;
    private final Origins origins;

    GenerationResource(Backend backend, ServerSettings settings) {
        this.backend = backend;
        this.origins = new Origins(settings.host(), settings.allowedOrigins());
    }

    void rebuild(Exchange exchange) {
        origins.requireAllowed(exchange);
        boolean keep = QueryParameters.flag(QueryParameters.only(exchange, Set.of("keep")), "keep");
        exchange.json(202, written(backend.generations().rebuild(exchange.path("name"), keep)));
    }

    void rollback(Exchange exchange) {
        origins.requireAllowed(exchange);
        exchange.json(200, written(backend.generations().rollback(exchange.path("name"))));
    }

    void drop(Exchange exchange) {
        origins.requireAllowed(exchange);
        String number = exchange.path("number");
        if (!number.matches("[0-9]{1,9}")) {
            throw Problem.Type.NOT_FOUND.exception(
                    "The generation [" + number + "] is not a number: GET /api/projections lists the generations");
        }
        backend.generations().drop(exchange.path("name"), Integer.parseInt(number));
        exchange.send(204, "application/json", new byte[0]);
    }

    private static Map<String, Object> written(Generation generation) {
        var body = new LinkedHashMap<String, Object>();
        body.put("readModel", generation.readModel());
        body.put("generation", generation.number());
        body.put("version", generation.version());
        body.put("role", generation.state());
        body.put("since", generation.since());
        return body;
    }
}
