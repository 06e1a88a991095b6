package io.diptych.server.internal;

import io.diptych.kafka.Json;
import io.diptych.message.Problem;
import io.diptych.server.internal.FlowSteps.Report;
import io.diptych.server.internal.FlowSteps.Step;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** {@code GET /api/flows…}: what happened to a command, afterwards or while it happens. */
final class FlowResource {

    private static final int LISTED = 50;
    private static final int MAX_WATCHERS = 100;
    private static final Duration MAX_WATCH = Duration.ofSeconds(60);
    private static final Duration HEARTBEAT = Duration.ofSeconds(5);

    private final Flows flows;
    private final FlowSteps steps;
    private volatile boolean stopping;

    FlowResource(Flows flows, FlowSteps steps) {
        this.flows = flows;
        this.steps = steps;
    }

    /** Ends the streams, so that the server can stop. */
    void stop() {
        stopping = true;
        flows.wakeUp();
    }

    void list(Exchange exchange) {
        List<Report> reports = flows.recent(LISTED).stream().map(steps::report).toList();
        exchange.noStore();
        exchange.json(200, Map.of("flows", reports));
    }

    void find(Exchange exchange) throws IOException, InterruptedException {
        String commandId = exchange.path("commandId");
        String accept = exchange.header("Accept");
        if (accept != null && accept.contains("text/event-stream") && !exchange.isHead()) {
            follow(exchange, commandId);
            return;
        }
        Flow flow = flows.find(commandId);
        if (flow == null) {
            throw Problem.Type.NOT_FOUND.exception("There is no flow of a command [" + commandId
                    + "] here: a gateway remembers the last 1,000 commands that were sent through it");
        }
        exchange.noStore();
        exchange.json(200, steps.report(flow));
    }

    /** Server-sent events: one {@code step} each, then {@code done}. The command may be sent later. */
    private void follow(Exchange exchange, String commandId) throws IOException, InterruptedException {
        if (flows.watchers() >= MAX_WATCHERS) {
            throw Problem.Type.UNAVAILABLE.exception("There are already [" + MAX_WATCHERS
                    + "] watchers of flows: try again when one has gone, or read the flow as JSON");
        }
        long start = System.nanoTime();
        try (Flows.Watch watch = flows.watch();
                OutputStream out = exchange.stream("text/event-stream")) {
            send(out, ": following\n\n");
            Set<String> sent = new HashSet<>();
            while (!stopping && System.nanoTime() - start < MAX_WATCH.toNanos()) {
                Flow flow = flows.find(commandId);
                if (flow != null && sendNew(out, steps.report(flow), sent)) {
                    send(out, "event: done\ndata: {\"state\":\"done\"}\n\n");
                    return;
                }
                if (!watch.await(HEARTBEAT)) {
                    send(out, ": waiting\n\n");
                }
            }
            send(out, "event: done\ndata: {\"state\":\"" + (stopping ? "stopping" : "timeout") + "\"}\n\n");
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static boolean sendNew(OutputStream out, Report report, Set<String> sent) throws IOException {
        for (Step step : report.steps()) {
            if (sent.add(step.step())) {
                send(
                        out,
                        "event: step\ndata: "
                                + new String(Json.mapper().writeValueAsBytes(step), StandardCharsets.UTF_8) + "\n\n");
            }
        }
        return report.state().equals("done");
    }

    private static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
