package io.diptych.server.internal;

import io.diptych.kafka.Json;
import io.diptych.message.Problem;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A problem as RFC 9457 has it.
 *
 * @param headers that belong with it, such as {@code Retry-After}
 */
record ProblemDocument(byte[] body, Map<String, String> headers) {

    static final String MEDIA_TYPE = "application/problem+json";

    /** Seconds after which trying again is worth it: read models lag by less, brokers take longer to come back. */
    private static final Map<Problem.Type, String> RETRY_AFTER =
            Map.of(Problem.Type.NOT_CAUGHT_UP, "1", Problem.Type.OVERLOADED, "1", Problem.Type.UNAVAILABLE, "2");

    static ProblemDocument of(Problem problem, String instance) {
        return of(problem, problem.type().status(), instance);
    }

    /** With a status of its own, for what the HTTP server itself refuses. */
    static ProblemDocument of(Problem problem, int status, String instance) {
        Problem.Type type = problem.type();
        var members = new LinkedHashMap<String, Object>();
        members.put("type", type.uri());
        members.put("title", type.title());
        members.put("status", status);
        members.put("detail", problem.detail());
        members.put("instance", instance);
        problem.extensions().forEach(members::putIfAbsent);
        String seconds = RETRY_AFTER.get(type);
        return new ProblemDocument(
                Json.mapper().writeValueAsBytes(members),
                seconds == null
                        ? Map.of("Cache-Control", "no-store")
                        : Map.of("Cache-Control", "no-store", "Retry-After", seconds));
    }
}
