package io.diptych.server.internal;

import io.diptych.kafka.Json;
import io.diptych.message.Header;
import io.diptych.message.Problem;
import io.diptych.projection.DeadLetters.Page;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.util.RawValue;

/** What the resources have in common that are about events waiting for a person: dead letters and late events. */
final class WaitingEvents {

    static final int DEFAULT_LIMIT = 50;
    static final int MAX_LIMIT = 1000;

    private WaitingEvents() {}

    /** Who does something, and why. */
    record Reason(String by, String reason) {}

    static Reason reason(Exchange exchange) {
        JsonNode body = body(exchange);
        return new Reason(text(body, "by", "the name of who discards"), text(body, "reason", "why, for the record"));
    }

    static String by(Exchange exchange) {
        return text(body(exchange), "by", "the name of who does it");
    }

    private static JsonNode body(Exchange exchange) {
        Body.requireJson(exchange);
        try {
            return Json.mapper().readTree(Body.read(exchange));
        } catch (JacksonException e) {
            throw Problem.Type.MALFORMED.exception("The body is not JSON: " + e.getOriginalMessage());
        }
    }

    private static String text(JsonNode body, String field, String what) {
        String text = body.path(field).asString("").strip();
        if (text.isEmpty() || text.length() > 1000 || text.indexOf('\0') >= 0) {
            throw Problem.Type.INVALID_QUERY.exception("The body needs [" + field + "], " + what
                    + ", of 1 to 1000 characters: {\"by\": \"ann\", \"reason\": \"a test order\"}");
        }
        return text;
    }

    /** As it is when it is JSON; or else as text, since what is wrong may be just that. */
    static @Nullable Object payload(byte @Nullable [] payload) {
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

    static Map<String, String> headers(List<Header> all) {
        var headers = new TreeMap<String, String>();
        all.forEach(header -> {
            byte[] value = header.value();
            headers.put(header.name(), value == null ? "" : new String(value, StandardCharsets.UTF_8));
        });
        return headers;
    }

    static <T> void page(
            Exchange exchange, String name, Page<T> page, Function<T, Map<String, @Nullable Object>> item) {
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put(name, page.items().stream().map(item).toList());
        body.put("cursor", page.cursor());
        answer(exchange, body);
    }

    static void answer(Exchange exchange, Object body) {
        exchange.noStore();
        exchange.json(200, body);
    }

    /** The number in the path. */
    static long id(Exchange exchange, String what, String list) {
        String text = exchange.path("id");
        if (!text.matches("[0-9]{1,18}")) {
            throw Problem.Type.INVALID_QUERY.exception("The " + what + " [" + text + "] is not a number: GET " + list
                    + exchange.path("readModel") + " lists what waits");
        }
        return Long.parseLong(text);
    }
}
