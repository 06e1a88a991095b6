package io.diptych.bench.load;

import io.diptych.kafka.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The dead letters of a read model, as whoever has to do with them sees them over HTTP. */
public record LettersApi(HttpApi api, String readModel) {

    private static final int PAGE = 500;

    /**
     * What one or all calls of a retry did.
     *
     * @param keys that were looked at
     */
    public record Retried(long keys, long tried, long applied, long freed) {

        private Retried plus(JsonNode answer) {
            return new Retried(
                    keys + answer.get("keys").longValue(),
                    tried + answer.get("tried").longValue(),
                    applied + answer.get("applied").longValue(),
                    freed + answer.get("freed").longValue());
        }
    }

    /** How many events wait, by their key. */
    public Map<String, Long> parked() throws InterruptedException {
        var parked = new HashMap<String, Long>();
        String cursor = null;
        do {
            JsonNode page = Json.mapper().readTree(api.get(path("?limit=" + PAGE + parameter("cursor", cursor)), null));
            page.get("keys")
                    .forEach(key -> parked.put(
                            key.get("key").stringValue(), key.get("events").longValue()));
            cursor = text(page.get("cursor"));
        } while (cursor != null);
        return parked;
    }

    /** Tries all that wait, in as many calls as it takes; a preview changes nothing. */
    public Retried retryAll(boolean preview) {
        var sum = new Retried(0, 0, 0, 0);
        String next = null;
        do {
            String path = path("/retry?all=true&preview=" + preview + parameter("after", next));
            JsonNode answer = Json.mapper().readTree(api.post(path, ""));
            sum = sum.plus(answer);
            next = text(answer.get("next"));
        } while (next != null);
        return sum;
    }

    private String path(String rest) {
        return "/api/dead-letters/" + readModel + rest;
    }

    private static String parameter(String name, @Nullable String value) {
        return value == null ? "" : "&" + name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
    }

    private static @Nullable String text(@Nullable JsonNode node) {
        return node == null || node.isNull() ? null : node.stringValue();
    }
}
