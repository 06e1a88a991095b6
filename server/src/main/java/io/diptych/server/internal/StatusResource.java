package io.diptych.server.internal;

import io.diptych.App;
import io.diptych.command.Aggregate;
import io.diptych.command.CommandStatus;
import io.diptych.projection.Generation;
import io.diptych.projection.Lag;
import io.diptych.projection.LateEvents.Depth;
import io.diptych.projection.ProjectionStatus;
import io.diptych.projection.ReadModel;
import io.diptych.projection.ReadModelStatus;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Health, the state of projections, and the list of commands: what operators and tools ask first. */
final class StatusResource {

    private final Backend backend;
    private final List<Map<String, Object>> commands;

    /**
     * One line of the health report.
     *
     * @param ready whether the node can do its part of the work
     */
    record Component(
            String name,
            String status,
            boolean ready,
            @Nullable String reason,
            String since,
            @Nullable Object partitions) {}

    StatusResource(Backend backend) {
        this.backend = backend;
        this.commands = describeCommands(backend.app());
    }

    void live(Exchange exchange) {
        exchange.noStore();
        exchange.json(200, Map.of("status", "UP"));
    }

    /** 503 while something needed is away; a stalled projection is told but does not take the gateway off duty. */
    void ready(Exchange exchange) {
        List<Component> components = components(backend);
        boolean ready = components.stream().allMatch(Component::ready);
        var body = new LinkedHashMap<String, Object>();
        body.put("status", ready ? "UP" : "DOWN");
        body.put("app", backend.app().name());
        body.put("components", components);
        if (!ready) {
            exchange.set("Retry-After", "2");
        }
        exchange.noStore();
        exchange.json(ready ? 200 : 503, body);
    }

    static List<Component> components(Backend backend) {
        var components = new ArrayList<Component>();
        for (Backend.Part part : backend.parts()) {
            components.add(new Component(
                    part.name(),
                    part.up() ? "UP" : "DOWN",
                    part.up(),
                    part.reason(),
                    part.since().toString(),
                    null));
        }
        for (CommandStatus engine : backend.engines()) {
            boolean caughtUp = !engine.partitions().containsValue(false);
            boolean running = engine.state() == CommandStatus.State.RUNNING;
            components.add(new Component(
                    "command engine " + engine.aggregate(),
                    running && !caughtUp ? "CATCHING_UP" : engine.state().name(),
                    running && caughtUp,
                    engine.reason(),
                    engine.since().toString(),
                    engine.partitions()));
        }
        for (ProjectionStatus projection : backend.projections()) {
            boolean ready = projection.state() == ProjectionStatus.State.RUNNING
                    || projection.state() == ProjectionStatus.State.STALLED;
            components.add(new Component(
                    "projection " + projection.readModel() + " generation " + projection.generation(),
                    projection.state().name(),
                    ready,
                    projection.reason(),
                    projection.since().toString(),
                    projection.partitions()));
        }
        return components;
    }

    void projections(Exchange exchange) {
        List<Depth> late = backend.late();
        exchange.noStore();
        exchange.json(
                200,
                Map.of(
                        "projections",
                        backend.readModels().stream()
                                .map(status -> readModel(status, late))
                                .toList()));
    }

    private static Map<String, @Nullable Object> readModel(ReadModelStatus status, List<Depth> late) {
        var one = new LinkedHashMap<String, @Nullable Object>();
        Generation generation = status.generation();
        one.put("readModel", generation.readModel());
        one.put("generation", generation.number());
        one.put("version", generation.version());
        one.put("role", generation.state());
        putState(one, status.state(), status.reason(), status.since());
        putLag(one, status.lag(), status.eventsPerSecond());
        if (generation.state() == Generation.State.FILLING) {
            putProgress(one, status);
        }
        late.stream()
                .filter(depth ->
                        depth.readModel().equals(generation.readModel()) && depth.generation() == generation.number())
                .forEach(depth -> {
                    one.put("watermark", depth.watermark());
                    one.put("lateEvents", depth.events());
                    one.put("oldestLate", depth.oldest());
                });
        one.put(
                "partitions",
                status.partitions().stream().map(StatusResource::partition).toList());
        return one;
    }

    /** How much of the log is in the rows, and how long the rest will take at the present rate. */
    private static void putProgress(Map<String, @Nullable Object> one, ReadModelStatus status) {
        Long behind = status.lag().events();
        long done = status.partitions().stream()
                .mapToLong(p -> p.position() == null ? 0 : p.position())
                .sum();
        double rate = status.eventsPerSecond();
        if (behind != null && done + behind > 0) {
            one.put("progress", Math.round(1000.0 * done / (done + behind)) / 1000.0);
            one.put("secondsLeft", rate > 0 ? (Long) Math.round(behind / rate) : null);
        }
    }

    private static Map<String, @Nullable Object> partition(ReadModelStatus.Partition partition) {
        var one = new LinkedHashMap<String, @Nullable Object>();
        one.put("partition", partition.partition());
        putState(one, partition.state(), partition.reason(), partition.since());
        one.put("position", partition.position());
        putLag(one, partition.lag(), partition.eventsPerSecond());
        one.put("node", partition.node());
        return one;
    }

    private static void putState(
            Map<String, @Nullable Object> one, ProjectionStatus.State state, @Nullable String reason, Instant since) {
        one.put("state", state);
        one.put("reason", reason);
        one.put("since", since);
    }

    private static void putLag(Map<String, @Nullable Object> one, Lag lag, double eventsPerSecond) {
        one.put("eventsBehind", lag.events());
        one.put("secondsBehind", lag.seconds() == null ? null : new BigDecimal(lag.seconds()));
        one.put("eventsPerSecond", BigDecimal.valueOf(eventsPerSecond).setScale(1, RoundingMode.HALF_UP));
    }

    void commands(Exchange exchange) {
        var body = new LinkedHashMap<String, Object>();
        body.put("app", backend.app().name());
        body.put("commands", commands);
        body.put(
                "readModels",
                backend.app().readModels().stream().map(ReadModel::name).toList());
        exchange.json(200, body);
    }

    private static List<Map<String, Object>> describeCommands(App app) {
        var commands = new ArrayList<Map<String, Object>>();
        for (Aggregate<?, ?, ?> aggregate : app.aggregates()) {
            for (Class<?> type : JsonSchemas.typesOf(aggregate.commandType())) {
                var schemas = new JsonSchemas();
                Map<String, Object> schema = schemas.command(aggregate, type);
                if (!schemas.named().isEmpty()) {
                    schema.put("components", Map.of("schemas", schemas.named()));
                }
                var command = new LinkedHashMap<String, Object>();
                command.put("type", type.getSimpleName());
                command.put("aggregate", aggregate.name());
                command.put("path", "/api/commands/" + type.getSimpleName());
                command.put("schema", schema);
                commands.add(command);
            }
        }
        return commands;
    }
}
