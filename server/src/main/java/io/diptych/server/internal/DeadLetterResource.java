package io.diptych.server.internal;

import io.diptych.kafka.Json;
import io.diptych.message.Problem;
import io.diptych.projection.DeadLetters.Detail;
import io.diptych.projection.DeadLetters.Letter;
import io.diptych.projection.DeadLetters.Page;
import io.diptych.projection.DeadLetters.ParkedKey;
import io.diptych.projection.DeadLetters.Retried;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.util.RawValue;

/** {@code /api/dead-letters…}: what could not be applied to read models, and what to do about it. */
final class DeadLetterResource {

    static final int DEFAULT_LIMIT = 50;
    static final int MAX_LIMIT = 1000;

    private final Backend backend;
    private final Origins origins;

    DeadLetterResource(Backend backend, ServerSettings settings) {
        this.backend = backend;
        this.origins = new Origins(settings.host(), settings.allowedOrigins());
    }

    void depths(Exchange exchange) {
        answer(exchange, Map.of("readModels", backend.deadLetters().depths()));
    }

    /** Parked keys; or the letters of one; or what was discarded. */
    void list(Exchange exchange) {
        Map<String, String> parameters = QueryParameters.only(exchange, Set.of("key", "discarded", "limit", "cursor"));
        String readModel = exchange.path("readModel");
        String key = parameters.get("key");
        String cursor = parameters.get("cursor");
        int limit = QueryParameters.limit(parameters.get("limit"), DEFAULT_LIMIT, MAX_LIMIT);
        boolean discarded = QueryParameters.flag(parameters, "discarded");
        if (discarded && key != null) {
            throw Problem.Type.INVALID_QUERY.exception("Give either key or discarded=true, not both");
        }
        if (discarded) {
            page(exchange, "letters", backend.deadLetters().discarded(readModel, limit, cursor), this::letter);
        } else if (key != null) {
            page(exchange, "letters", backend.deadLetters().letters(readModel, key, limit, cursor), this::letter);
        } else {
            page(exchange, "keys", backend.deadLetters().keys(readModel, limit, cursor), this::parkedKey);
        }
    }

    void find(Exchange exchange) {
        answer(exchange, detail(backend.deadLetters().find(exchange.path("readModel"), id(exchange))));
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
        answer(
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
        answer(exchange, detail(backend.deadLetters().edit(exchange.path("readModel"), id, Body.read(exchange))));
    }

    void discard(Exchange exchange) {
        origins.requireAllowed(exchange);
        Reason reason = reason(exchange);
        Retried rest =
                backend.deadLetters().discard(exchange.path("readModel"), id(exchange), reason.by(), reason.reason());
        answer(exchange, Map.of("discarded", 1, "rest", retried(rest)));
    }

    void discardKey(Exchange exchange) {
        origins.requireAllowed(exchange);
        String key = QueryParameters.only(exchange, Set.of("key")).get("key");
        if (key == null) {
            throw Problem.Type.INVALID_QUERY.exception("Say whose letters to discard: give key");
        }
        Reason reason = reason(exchange);
        long discarded =
                backend.deadLetters().discardKey(exchange.path("readModel"), key, reason.by(), reason.reason());
        answer(exchange, Map.of("discarded", discarded));
    }

    private record Reason(String by, String reason) {}

    private static Reason reason(Exchange exchange) {
        Body.requireJson(exchange);
        JsonNode body;
        try {
            body = Json.mapper().readTree(Body.read(exchange));
        } catch (JacksonException e) {
            throw Problem.Type.MALFORMED.exception("The body is not JSON: " + e.getOriginalMessage());
        }
        return new Reason(text(body, "by", "the name of who discards"), text(body, "reason", "why, for the record"));
    }

    private static String text(JsonNode body, String field, String what) {
        String text = body.path(field).asString("").strip();
        if (text.isEmpty() || text.length() > 1000 || text.indexOf('\0') >= 0) {
            throw Problem.Type.INVALID_QUERY.exception("The body needs [" + field + "], " + what
                    + ", of 1 to 1000 characters: {\"by\": \"ann\", \"reason\": \"a test order\"}");
        }
        return text;
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
        body.put("event", payload(detail.payload()));
        body.put("editedEvent", payload(detail.edited()));
        var headers = new TreeMap<String, String>();
        detail.headers().forEach(header -> {
            byte[] value = header.value();
            headers.put(header.name(), value == null ? "" : new String(value, StandardCharsets.UTF_8));
        });
        body.put("headers", headers);
        body.put("stack", detail.stack());
        return body;
    }

    /** As it is when it is JSON; or else as text, since what is wrong may be just that. */
    private static @Nullable Object payload(byte @Nullable [] payload) {
        if (payload == null) {
            return null;
        }
        String text = new String(payload, StandardCharsets.UTF_8);
        try {
            return Json.mapper().readTree(payload).isMissingNode() ? text : new RawValue(text);
        } catch (JacksonException e) {
            return text;
        }
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

    private static <T> void page(
            Exchange exchange, String name, Page<T> page, Function<T, Map<String, @Nullable Object>> item) {
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put(name, page.items().stream().map(item).toList());
        body.put("cursor", page.cursor());
        answer(exchange, body);
    }

    private static void answer(Exchange exchange, Object body) {
        exchange.set("Cache-Control", "no-store");
        exchange.json(200, body);
    }

    private static long id(Exchange exchange) {
        String text = exchange.path("id");
        if (!text.matches("[0-9]{1,18}")) {
            throw Problem.Type.INVALID_QUERY.exception("The letter [" + text
                    + "] is not a number: GET /api/dead-letters/" + exchange.path("readModel") + " lists what waits");
        }
        return Long.parseLong(text);
    }
}
