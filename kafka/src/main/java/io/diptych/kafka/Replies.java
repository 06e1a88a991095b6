package io.diptych.kafka;

import io.diptych.command.AggregateExcerpt;
import io.diptych.command.CommandReply;
import io.diptych.command.OwnerReply;
import io.diptych.message.ConsistencyToken;
import io.diptych.message.Problem;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.util.RawValue;

/** Replies as JSON: what was accepted, what an aggregate is, or a problem document (RFC 9457). */
public final class Replies {

    /** With the same numbers as a reply has that did not go by JSON. */
    private static final ObjectReader OBJECTS = Json.mapper()
            .readerFor(new TypeReference<Map<String, Object>>() {})
            .with(DeserializationFeature.USE_LONG_FOR_INTS);

    /** Keeps every digit of a number, so that a state is handed on as it is. */
    private static final ObjectReader EXACT = Json.mapper()
            .reader()
            .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .without(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES);

    private record Accepted(String aggregate, String id, long version, List<String> events, String token) {}

    private Replies() {}

    /** A reply as it stands on the reply topic, and in an HTTP answer. */
    public static byte[] encode(OwnerReply reply) {
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
                            case AggregateExcerpt e -> excerpt(e);
                        });
    }

    private static Map<String, Object> excerpt(AggregateExcerpt excerpt) {
        var members = new LinkedHashMap<String, Object>();
        members.put("aggregate", excerpt.aggregate());
        members.put("id", excerpt.id());
        members.put("version", excerpt.version());
        members.put("partition", excerpt.partition());
        AggregateExcerpt.State state = excerpt.state();
        if (state != null) {
            members.put("stateType", state.type());
            members.put("state", new RawValue(new String(state.json(), StandardCharsets.UTF_8)));
        }
        members.put("offsets", excerpt.offsets());
        return members;
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

    static OwnerReply decode(byte[] payload) {
        JsonNode tree = EXACT.readTree(payload);
        if (tree.path("type").isString()) {
            Map<String, Object> members = OBJECTS.readValue(tree);
            return new CommandReply.Refused(problem(tree.path("type").stringValue(), members));
        }
        if (tree.has("offsets")) {
            return excerpt(tree);
        }
        Accepted accepted = Json.mapper().treeToValue(tree, Accepted.class);
        return new CommandReply.Accepted(
                accepted.aggregate(),
                accepted.id(),
                accepted.version(),
                accepted.events(),
                ConsistencyToken.parse(accepted.token()));
    }

    private static AggregateExcerpt excerpt(JsonNode tree) {
        var offsets = new ArrayList<Long>();
        tree.path("offsets").forEach(offset -> offsets.add(offset.longValue()));
        return new AggregateExcerpt(
                tree.path("aggregate").stringValue(),
                tree.path("id").stringValue(),
                tree.path("version").longValue(),
                tree.path("partition").intValue(),
                tree.has("state")
                        ? new AggregateExcerpt.State(
                                tree.path("stateType").stringValue(),
                                Json.mapper().writeValueAsBytes(tree.get("state")))
                        : null,
                offsets);
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
