package io.diptych.cli.client;

import io.diptych.cli.terminal.CliException;
import io.diptych.kafka.Json;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * What a node answered.
 *
 * @param from the node
 * @param headers by lower-case name
 */
public record Answer(URI from, int status, Map<String, String> headers, byte[] body) {

    /** Whether the request was done, or taken on (202). */
    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    /** Whether the same request can have another answer soon: a part is away, or the way to it. */
    public boolean isWorthRetrying() {
        return status == 502 || status == 503 || status == 504 || status == 429;
    }

    /** How long the node asks to wait before the next try; null when it does not say. */
    public @Nullable Duration retryAfter() {
        String seconds = headers.get("retry-after");
        return seconds != null && seconds.matches("[0-9]{1,6}") ? Duration.ofSeconds(Long.parseLong(seconds)) : null;
    }

    /**
     * The body.
     *
     * @throws CliException when it is not JSON, so that something else than a node must have answered
     */
    public JsonNode json() {
        try {
            return Json.mapper().readTree(body);
        } catch (JacksonException e) {
            throw new CliException(
                    "What listens at [" + from + "] answered with HTTP " + status + " and "
                            + headers.getOrDefault("content-type", "no content")
                            + " instead of JSON: is it Diptych? If not, give --url",
                    e);
        }
    }

    /** The stable name of what went wrong: the domain's own code, or else the problem's type. */
    public String code() {
        JsonNode problem = json();
        return text(problem, "code")
                .or(() -> text(problem, "type").map(type -> type.substring(type.lastIndexOf('/') + 1)))
                .orElse("http-" + status);
    }

    /** What went wrong, for a person. */
    public String problem() {
        JsonNode problem = json();
        return text(problem, "title").orElse("The request failed") + " (HTTP " + status + ", " + code() + "): "
                + text(problem, "detail").orElse("no detail");
    }

    private static Optional<String> text(JsonNode object, String member) {
        return Optional.of(object.path(member)).filter(JsonNode::isString).map(JsonNode::stringValue);
    }
}
