package io.diptych.server.internal;

import io.diptych.App;
import io.diptych.command.Aggregate;
import io.diptych.command.CommandStatus;
import io.diptych.projection.ProjectionStatus;
import io.diptych.projection.ReadModel;
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
        exchange.set("Cache-Control", "no-store");
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
        exchange.set("Cache-Control", "no-store");
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
                    "projection " + projection.readModel(),
                    projection.state().name(),
                    ready,
                    projection.reason(),
                    projection.since().toString(),
                    projection.partitions()));
        }
        return components;
    }

    void projections(Exchange exchange) {
        var list = new ArrayList<Map<String, @Nullable Object>>();
        for (ProjectionStatus projection : backend.projections()) {
            var one = new LinkedHashMap<String, @Nullable Object>();
            one.put("readModel", projection.readModel());
            one.put("state", projection.state());
            one.put("reason", projection.reason());
            one.put("since", projection.since());
            one.put("behind", projection.behind());
            one.put("partitions", projection.partitions());
            list.add(one);
        }
        exchange.set("Cache-Control", "no-store");
        exchange.json(200, Map.of("projections", list));
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
