package io.diptych.server.internal;

import io.diptych.message.Problem;
import io.diptych.projection.DeadLetters.Detail;
import io.diptych.projection.DeadLetters.Letter;
import io.diptych.projection.DeadLetters.ParkedKey;
import io.diptych.projection.DeadLetters.Retried;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /api/dead-letters…}: what could not be applied to read models, and what to do about it. */
final class DeadLetterResource {

    private final Backend backend;
    private final Origins origins;

    DeadLetterResource(Backend backend, ServerSettings settings) {
        this.backend = backend;
        this.origins = new Origins(settings.host(), settings.allowedOrigins());
    }

    void depths(Exchange exchange) {
        WaitingEvents.answer(
                exchange, Map.of("readModels", backend.deadLetters().depths()));
    }

    /** Parked keys; or the letters of one; or what was discarded. */
    void list(Exchange exchange) {
        Map<String, String> parameters = QueryParameters.only(exchange, Set.of("key", "discarded", "limit", "cursor"));
        String readModel = exchange.path("readModel");
        String key = parameters.get("key");
        String cursor = parameters.get("cursor");
        int limit =
                QueryParameters.limit(parameters.get("limit"), WaitingEvents.DEFAULT_LIMIT, WaitingEvents.MAX_LIMIT);
        boolean discarded = QueryParameters.flag(parameters, "discarded");
        if (discarded && key != null) {
            throw Problem.Type.INVALID_QUERY.exception("Give either key or discarded=true, not both");
        }
        if (discarded) {
            WaitingEvents.page(
                    exchange, "letters", backend.deadLetters().discarded(readModel, limit, cursor), this::letter);
        } else if (key != null) {
            WaitingEvents.page(
                    exchange, "letters", backend.deadLetters().letters(readModel, key, limit, cursor), this::letter);
        } else {
            WaitingEvents.page(exchange, "keys", backend.deadLetters().keys(readModel, limit, cursor), this::parkedKey);
        }
    }

    void find(Exchange exchange) {
        WaitingEvents.answer(exchange, detail(backend.deadLetters().find(exchange.path("readModel"), id(exchange))));
    }

    void retry(Exchange exchange) {
        origins.requireAllowed(exchange);
        Map<String, String> parameters = QueryParameters.only(exchange, Set.of("key", "all", "preview", "after"));
        String readModel = exchange.path("readModel");
        String key = parameters.get("key");
        boolean all = QueryParameters.flag(parameters, "all");
        boolean preview = QueryParameters.flag(parameters, "preview");
        if (all == (key != null)) {
            throw Problem.Type.INVALID_QUERY.exception("Say what to retry: give either key or all=true");
        }
        WaitingEvents.answer(
                exchange,
                retried(
                        key == null
                                ? backend.deadLetters().retryAll(readModel, preview, parameters.get("after"))
                                : backend.deadLetters().retry(readModel, key, preview)));
    }

    void edit(Exchange exchange) {
        origins.requireAllowed(exchange);
        Body.requireJson(exchange);
        long id = id(exchange);
        WaitingEvents.answer(
                exchange, detail(backend.deadLetters().edit(exchange.path("readModel"), id, Body.read(exchange))));
    }

    void discard(Exchange exchange) {
        origins.requireAllowed(exchange);
        WaitingEvents.Reason reason = WaitingEvents.reason(exchange);
        Retried rest =
                backend.deadLetters().discard(exchange.path("readModel"), id(exchange), reason.by(), reason.reason());
        WaitingEvents.answer(exchange, Map.of("discarded", 1, "rest", retried(rest)));
    }

    void discardKey(Exchange exchange) {
        origins.requireAllowed(exchange);
        String key = QueryParameters.only(exchange, Set.of("key")).get("key");
        if (key == null) {
            throw Problem.Type.INVALID_QUERY.exception("Say whose letters to discard: give key");
        }
        WaitingEvents.Reason reason = WaitingEvents.reason(exchange);
        long discarded =
                backend.deadLetters().discardKey(exchange.path("readModel"), key, reason.by(), reason.reason());
        WaitingEvents.answer(exchange, Map.of("discarded", discarded));
    }

    private Map<String, @Nullable Object> parkedKey(ParkedKey key) {
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put("key", key.key());
        body.put("since", key.since());
        body.put("events", key.events());
        body.put("first", letter(key.first()));
        return body;
    }

    private Map<String, @Nullable Object> letter(Letter letter) {
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put("id", letter.id());
        body.put("key", letter.key());
        body.put("type", letter.type());
        body.put("eventId", letter.eventId());
        body.put("partition", letter.partition());
        body.put("offset", letter.offset());
        body.put("cause", letter.cause().slug());
        body.put("error", letter.error());
        body.put("attempts", letter.attempts());
        body.put("edited", letter.edited());
        body.put("since", letter.since());
        body.put("tried", letter.tried());
        if (letter.discarded() != null) {
            body.put("discarded", letter.discarded());
        }
        return body;
    }

    private Map<String, @Nullable Object> detail(Detail detail) {
        Map<String, @Nullable Object> body = letter(detail.letter());
        body.put("behind", detail.behind());
        body.put("event", WaitingEvents.payload(detail.payload()));
        body.put("editedEvent", WaitingEvents.payload(detail.edited()));
        body.put("headers", WaitingEvents.headers(detail.headers()));
        body.put("stack", detail.stack());
        return body;
    }

    private static Map<String, @Nullable Object> retried(Retried retried) {
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put("preview", retried.preview());
        body.put("keys", retried.keys());
        body.put("tried", retried.tried());
        body.put("applied", retried.applied());
        body.put("freed", retried.freed());
        body.put(
                "failed",
                retried.failed().stream()
                        .map(still -> Map.of(
                                "key", still.key(),
                                "letter", still.letter(),
                                "cause", still.cause().slug(),
                                "error", still.error()))
                        .toList());
        body.put("next", retried.next());
        return body;
    }

    private static long id(Exchange exchange) {
        return WaitingEvents.id(exchange, "letter", "/api/dead-letters/");
    }
}
