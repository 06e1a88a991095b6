package io.diptych.server.internal;

import io.diptych.TopicNames;
import io.diptych.command.CommandGateway.Place;
import io.diptych.command.CommandGateway.Reply;
import io.diptych.command.CommandGateway.Submission;
import io.diptych.command.CommandReply;
import io.diptych.kafka.Json;
import io.diptych.message.ConsistencyToken.Point;
import io.diptych.message.Problem;
import io.diptych.projection.ReadModel;
import io.diptych.server.internal.Flow.Moment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Puts a flow into words: what happened to a command, where and when. */
final class FlowSteps {

    private final Backend backend;
    private final Progress progress;

    /**
     * One thing that happened.
     *
     * @param step a stable name, unique within the flow
     * @param at milliseconds since the gateway received the command
     * @param side write, hinge or read
     * @param component which part of the system did it
     * @param action what it did, in words
     * @param place topic, partition and offset, or table and row, or the request
     * @param event the types of the events concerned
     * @param output what came out of it
     */
    record Step(
            String step,
            double at,
            String side,
            String component,
            String action,
            @Nullable Map<String, Object> place,
            @Nullable List<String> event,
            @Nullable Map<String, Object> output) {}

    /**
     * A flow as far as it is known now.
     *
     * @param state running, or done when nothing more is expected
     * @param rows where the command's effect can be read: read model and, where it is known, the row's key
     */
    record Report(
            String commandId,
            String type,
            @Nullable String aggregate,
            @Nullable String id,
            String startedAt,
            String state,
            List<Step> steps,
            List<Map<String, @Nullable Object>> rows) {}

    FlowSteps(Backend backend, Progress progress) {
        this.backend = backend;
        this.progress = progress;
    }

    Report report(Flow flow) {
        var steps = new ArrayList<Step>();
        Moment<Submission> submitted = flow.submitted();
        steps.add(new Step(
                "received",
                0,
                "write",
                "gateway",
                "received " + flow.type(),
                Map.of("request", "POST /api/commands/" + flow.type()),
                null,
                Map.of("commandId", flow.commandId())));
        if (submitted != null) {
            addWriteSide(flow, submitted, steps);
        }
        boolean done = addOutcome(flow, submitted, steps);
        steps.sort(Comparator.comparingDouble(Step::at).thenComparingInt(FlowSteps::rank));
        Submission submission = submitted == null ? null : submitted.value();
        return new Report(
                flow.commandId(),
                submission == null ? flow.type() : submission.type(),
                submission == null ? null : submission.aggregate(),
                submission == null ? null : submission.aggregateId(),
                flow.startedAt().toString(),
                done ? "done" : "running",
                steps,
                submission == null ? List.of() : rows(flow, submission));
    }

    private void addWriteSide(Flow flow, Moment<Submission> submitted, List<Step> steps) {
        Submission submission = submitted.value();
        steps.add(new Step(
                "checked",
                flow.millisTo(submitted.nanos()),
                "write",
                "gateway",
                "checked its form and sent it to the owner of " + submission.aggregate() + " "
                        + submission.aggregateId(),
                null,
                null,
                Map.of("aggregate", submission.aggregate(), "id", submission.aggregateId())));
        Moment<Place> stored = flow.stored();
        if (stored != null) {
            Moment<Reply> replied = flow.replied();
            double heardAt = flow.millisTo(stored.nanos());
            steps.add(new Step(
                    "stored",
                    // The owner reads only what is durable: its decision may be heard of before the confirmation.
                    replied == null ? heardAt : Math.min(heardAt, decidedAt(flow, submitted, replied)),
                    "hinge",
                    "Kafka",
                    "made the command durable",
                    place(
                            stored.value().topic(),
                            stored.value().partition(),
                            stored.value().offset()),
                    null,
                    null));
        }
    }

    /** Adds what followed from the reply; true when nothing more is expected. */
    private boolean addOutcome(Flow flow, @Nullable Moment<Submission> submitted, List<Step> steps) {
        Moment<Problem> failed = flow.failed();
        Moment<Reply> replied = flow.replied();
        if (replied == null || submitted == null) {
            if (failed != null) {
                steps.add(problem("failed", flow.millisTo(failed.nanos()), "gateway", "answered", failed.value()));
            }
            return failed != null;
        }
        double repliedAt = flow.millisTo(replied.nanos());
        double decidedAt = decidedAt(flow, submitted, replied);
        return switch (replied.value().outcome()) {
            case CommandReply.Refused refused -> {
                steps.add(problem("decided", decidedAt, "command engine", "refused it:", refused.problem()));
                steps.add(replied(repliedAt, refused.problem().type().status(), Map.of()));
                yield true;
            }
            case CommandReply.Accepted accepted -> {
                steps.add(new Step(
                        "decided",
                        decidedAt,
                        "write",
                        "command engine",
                        "accepted it: " + accepted.aggregate() + " " + accepted.id() + " is at version "
                                + accepted.version(),
                        null,
                        accepted.events(),
                        Map.of("version", accepted.version())));
                steps.add(
                        replied(repliedAt, 200, Map.of("token", accepted.token().toString())));
                yield accepted.events().isEmpty() || addReadSide(flow, accepted, decidedAt, repliedAt, steps);
            }
        };
    }

    private boolean addReadSide(
            Flow flow, CommandReply.Accepted accepted, double decidedAt, double repliedAt, List<Step> steps) {
        boolean all = true;
        for (Point point : accepted.token().points()) {
            // The owner replies in the transaction that records: we know of it by the reply, or by a row before that.
            double recordedAt = repliedAt;
            for (ReadModel<?, ?> model : backend.app().readModels()) {
                if (model.aggregate().name().equals(point.aggregate())) {
                    double visibleAt = addVisible(flow, model, point, decidedAt, steps);
                    all &= visibleAt < Double.POSITIVE_INFINITY;
                    recordedAt = Math.min(recordedAt, visibleAt);
                }
            }
            steps.add(new Step(
                    "recorded",
                    recordedAt,
                    "hinge",
                    "Kafka",
                    "recorded " + String.join(", ", accepted.events()),
                    place(
                            TopicNames.events(backend.app().name(), point.aggregate()),
                            point.partition(),
                            point.offset()),
                    accepted.events(),
                    null));
        }
        return all || !backend.followsReadModels();
    }

    /** Adds what is known of one read model; returns when the row became visible, infinity for not yet. */
    private double addVisible(Flow flow, ReadModel<?, ?> model, Point point, double notBefore, List<Step> steps) {
        OptionalLong passed = progress.passed(model.name(), point.partition(), point.offset());
        double visibleAt =
                passed.isPresent() ? Math.max(notBefore, flow.millisTo(passed.getAsLong())) : Double.POSITIVE_INFINITY;
        for (Flow.Query query : flow.queries()) {
            if (query.readModel().equals(model.name())) {
                double queriedAt = flow.millisTo(query.nanos());
                visibleAt = Math.min(visibleAt, queriedAt);
                steps.add(new Step(
                        "queried:" + model.name(),
                        queriedAt,
                        "read",
                        "read model",
                        "answered a query that carried the token",
                        tableOf(flow, model),
                        null,
                        null));
            }
        }
        if (visibleAt < Double.POSITIVE_INFINITY) {
            steps.add(new Step(
                    "visible:" + model.name(),
                    visibleAt,
                    "read",
                    "projection",
                    "committed row and position",
                    tableOf(flow, model),
                    null,
                    null));
        }
        return visibleAt;
    }

    private static Step replied(double at, int status, Map<String, Object> output) {
        return new Step("replied", at, "write", "gateway", "had the reply: status " + status, null, null, output);
    }

    private static Step problem(String step, double at, String component, String verb, Problem problem) {
        var output = new LinkedHashMap<String, Object>();
        output.put("problem", problem.type().slug());
        output.putAll(problem.extensions());
        return new Step(
                step,
                at,
                "write",
                component,
                verb + " " + problem.type().status() + " " + problem.detail(),
                null,
                null,
                output);
    }

    /** By the owner's clock, which may differ from ours: it was after the command was sent and before the reply. */
    private static double decidedAt(Flow flow, Moment<Submission> submitted, Moment<Reply> replied) {
        Duration since = Duration.between(flow.startedAt(), replied.value().handledAt());
        double byItsClock = Math.round(since.toNanos() / 1e4) / 1e2;
        double notBefore = Math.min(flow.millisTo(submitted.nanos()), flow.millisTo(replied.nanos()));
        return Math.min(flow.millisTo(replied.nanos()), Math.max(notBefore, byItsClock));
    }

    /** What comes first when two steps have the same time. */
    private static int rank(Step step) {
        String kind = step.step().split(":", 2)[0];
        return List.of("received", "checked", "stored", "decided", "recorded", "replied", "visible", "queried")
                .indexOf(kind);
    }

    private List<Map<String, @Nullable Object>> rows(Flow flow, Submission submission) {
        var rows = new ArrayList<Map<String, @Nullable Object>>();
        for (ReadModel<?, ?> model : backend.app().readModels()) {
            if (model.aggregate().name().equals(submission.aggregate())) {
                var row = new LinkedHashMap<String, @Nullable Object>();
                row.put("readModel", model.name());
                row.put("key", keyInBody(flow, model));
                rows.add(row);
            }
        }
        return rows;
    }

    private Map<String, Object> tableOf(Flow flow, ReadModel<?, ?> model) {
        var place = new LinkedHashMap<String, Object>();
        place.put("table", backend.app().name() + "." + model.name());
        String key = keyInBody(flow, model);
        if (key != null) {
            place.put("row", key);
        }
        return place;
    }

    /** The row's key when the command has a field of the key's name; the projection alone knows it for sure. */
    private static @Nullable String keyInBody(Flow flow, ReadModel<?, ?> model) {
        byte[] body = flow.body();
        String field = JsonSchemas.keyOf(model.rowType());
        if (body == null || field == null) {
            return null;
        }
        try {
            JsonNode tree = Json.mapper().readTree(body);
            JsonNode value = tree.get(field);
            if (value == null) {
                value = tree.get(snakeCase(field));
            }
            return value == null || !value.isValueNode() || value.isNull() ? null : value.asString();
        } catch (JacksonException e) {
            return null;
        }
    }

    private static String snakeCase(String camelCase) {
        return camelCase.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(java.util.Locale.ROOT);
    }

    private static Map<String, Object> place(String topic, int partition, long offset) {
        var place = new LinkedHashMap<String, Object>();
        place.put("topic", topic);
        place.put("partition", partition);
        place.put("offset", offset);
        return place;
    }
}
