package io.diptych.kafka;

import io.diptych.command.CommandReply;
import io.diptych.message.ConsistencyToken;
import io.diptych.message.Problem;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.core.type.TypeReference;

/** Replies as JSON: what was accepted, or a problem document (RFC 9457). */
public final class Replies {

    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private record Accepted(String aggregate, String id, long version, List<String> events, String token) {}

    private Replies() {}

    /** A reply as it stands on the reply topic, and in an HTTP answer. */
    public static byte[] encode(CommandReply reply) {
        return Json.mapper()
                .writeValueAsBytes(
                        switch (reply) {
                            case CommandReply.Accepted a ->
                                new Accepted(
                                        a.aggregate(),
                                        a.id(),
                                        a.version(),
                                        a.events(),
                                        a.token().toString());
                            case CommandReply.Refused r -> problem(r.problem());
                        });
    }

    /** The members of a problem document. */
    public static Map<String, Object> problem(Problem problem) {
        var members = new LinkedHashMap<String, Object>();
        members.put("type", problem.type().uri());
        members.put("title", problem.type().title());
        members.put("status", problem.type().status());
        members.put("detail", problem.detail());
        members.putAll(problem.extensions());
        return members;
    }

    static CommandReply decode(byte[] payload) {
        Map<String, Object> members = Json.mapper().readValue(payload, OBJECT);
        if (members.get("type") instanceof String uri) {
            return new CommandReply.Refused(problem(uri, members));
        }
        Accepted accepted = Json.mapper().convertValue(members, Accepted.class);
        return new CommandReply.Accepted(
                accepted.aggregate(),
                accepted.id(),
                accepted.version(),
                accepted.events(),
                ConsistencyToken.parse(accepted.token()));
    }

    private static Problem problem(String uri, Map<String, Object> members) {
        var extensions = new HashMap<>(members);
        List.of("type", "title", "status", "detail").forEach(extensions::remove);
        String detail = Objects.toString(members.get("detail"), "");
        for (Problem.Type type : Problem.Type.values()) {
            if (type.uri().equals(uri)) {
                return type.with(detail, extensions);
            }
        }
        return Problem.Type.INTERNAL.with("The owner answered with an unknown problem [" + uri + "]: " + detail);
    }
}
