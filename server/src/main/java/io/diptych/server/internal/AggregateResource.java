package io.diptych.server.internal;

import io.diptych.command.AggregateExcerpt;
import io.diptych.command.AggregateHistory.Events;
import io.diptych.command.AggregateHistory.Standing;
import io.diptych.command.AggregateHistory.Subject;
import io.diptych.message.Problem;
import io.diptych.message.Recorded;
import io.diptych.server.internal.RequestHeaders.Preferences;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.util.RawValue;

/** {@code GET /api/aggregates…}: how an aggregate stands, how it stood, and what happened to it. */
final class AggregateResource {

    static final int DEFAULT_LIMIT = 100;
    static final int MAX_LIMIT = 500;

    /** Each may hold a page of events in memory. */
    private static final int MAX_IN_FLIGHT = 64;

    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(5);

    private final Backend backend;
    private final InFlight inFlight = new InFlight("questions", MAX_IN_FLIGHT);

    AggregateResource(Backend backend) {
        this.backend = backend;
    }

    void find(Exchange exchange) {
        Map<String, String> parameters = QueryParameters.only(exchange, Set.of("version"));
        String version = parameters.get("version");
        Subject subject = subject(exchange);
        Duration wait = wait(exchange);
        try (var place = inFlight.enter(0)) {
            Standing standing = version == null
                    ? backend.history().current(subject, wait)
                    : backend.history().asOf(subject, number("version", version, Long.MAX_VALUE), wait);
            String etag = "\"" + standing.version() + "\"";
            exchange.set("ETag", etag);
            exchange.set("Cache-Control", "no-cache");
            if (etag.equals(exchange.header("If-None-Match"))) {
                exchange.empty(304);
            } else {
                exchange.json(200, document(standing));
            }
        }
    }

    void events(Exchange exchange) {
        Map<String, String> parameters = QueryParameters.only(exchange, Set.of("from", "limit"));
        long from = number("from", parameters.getOrDefault("from", "1"), Long.MAX_VALUE);
        String limitText = parameters.getOrDefault("limit", Integer.toString(DEFAULT_LIMIT));
        int limit = (int) number("limit", limitText, MAX_LIMIT);
        Subject subject = subject(exchange);
        Duration wait = wait(exchange);
        try (var place = inFlight.enter(0)) {
            Events page = backend.history().events(subject, from, limit, wait);
            long next = from + page.events().size();
            boolean more = next <= page.version();
            if (more) {
                exchange.set(
                        "Link", "<" + exchange.rawPath() + "?from=" + next + "&limit=" + limit + ">; rel=\"next\"");
            }
            exchange.noStore();
            exchange.json(200, document(page, more ? next : null));
        }
    }

    private static Map<String, Object> document(Standing standing) {
        AggregateExcerpt.State state = standing.state();
        var body = new LinkedHashMap<String, Object>();
        body.put("aggregate", standing.subject().type());
        body.put("id", standing.subject().id());
        body.put("version", standing.version());
        body.put("stateType", state.type());
        body.put("state", raw(state.json()));
        return body;
    }

    private static Map<String, @Nullable Object> document(Events page, @Nullable Long next) {
        var events = new ArrayList<Map<String, Object>>();
        page.events().forEach(event -> events.add(document(event)));
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put("aggregate", page.subject().type());
        body.put("id", page.subject().id());
        body.put("version", page.version());
        body.put("events", events);
        body.put("next", next);
        return body;
    }

    private static Map<String, Object> document(Recorded<byte[]> event) {
        var body = new LinkedHashMap<String, Object>();
        body.put("version", event.version());
        body.put("type", event.type());
        body.put("data", raw(event.event()));
        body.put("id", event.metadata().id());
        body.put("time", event.time());
        if (event.metadata().causationId() != null) {
            body.put("causationId", event.metadata().causationId());
        }
        body.put("correlationId", event.metadata().correlationId());
        if (event.metadata().traceparent() != null) {
            body.put("traceparent", event.metadata().traceparent());
        }
        body.put("partition", event.partition());
        body.put("offset", event.offset());
        return body;
    }

    /** JSON that is in the answer as it is. */
    private static RawValue raw(byte[] json) {
        return new RawValue(new String(json, StandardCharsets.UTF_8));
    }

    private static Subject subject(Exchange exchange) {
        return new Subject(exchange.path("type"), exchange.path("id"));
    }

    private static Duration wait(Exchange exchange) {
        Preferences preferences = RequestHeaders.prefer(exchange.header("Prefer"));
        Duration wait = preferences.wait(DEFAULT_WAIT);
        if (preferences.waitAsked() != null) {
            exchange.set("Preference-Applied", "wait=" + wait.toSeconds());
        }
        return wait;
    }

    private static long number(String name, String text, long max) {
        if (!text.matches("[0-9]{1,18}") || Long.parseLong(text) < 1 || Long.parseLong(text) > max) {
            throw Problem.Type.INVALID_QUERY.exception(
                    "The parameter " + name + " is [" + text + "]: it must be a whole number, at least 1"
                            + (max == Long.MAX_VALUE ? "" : " and at most " + max));
        }
        return Long.parseLong(text);
    }
}
