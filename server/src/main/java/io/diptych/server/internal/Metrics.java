package io.diptych.server.internal;

import io.diptych.command.CommandObserver;
import io.diptych.projection.ProjectionObserver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** {@code GET /metrics}: what the engines and the HTTP server count. */
public final class Metrics implements CommandObserver, ProjectionObserver, Router.RequestListener, AutoCloseable {

    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics gc = new JvmGcMetrics();
    private final ReadModelGauges readModels = new ReadModelGauges(registry);
    private final DeadLetterGauges deadLetters = new DeadLetterGauges(registry);
    private final LateGauges late = new LateGauges(registry);

    private final Map<String, Counter> parked = new ConcurrentHashMap<>();
    private final Map<Handled, Counter> handled = new ConcurrentHashMap<>();
    private final Map<String, Batches> commandBatches = new ConcurrentHashMap<>();
    private final Map<String, Batches> projectionBatches = new ConcurrentHashMap<>();
    private final Map<Request, Timer> requests = new ConcurrentHashMap<>();

    private record Handled(String aggregate, Outcome outcome) {}

    private record Request(String method, String route, int status) {}

    private record Batches(DistributionSummary size, Counter events, Timer took) {}

    /** With the basics of the JVM. */
    public Metrics() {
        new ClassLoaderMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        gc.bindTo(registry);
    }

    void inFlight(IntSupplier commands) {
        Gauge.builder("diptych.commands.in.flight", commands, IntSupplier::getAsInt)
                .description("Commands that callers wait for")
                .strongReference(true)
                .register(registry);
    }

    void streams(IntSupplier open) {
        Gauge.builder("diptych.streams.open", open, IntSupplier::getAsInt)
                .description("Callers that watch rows")
                .strongReference(true)
                .register(registry);
    }

    @Override
    public void handled(String aggregate, Outcome outcome) {
        handled.computeIfAbsent(
                        new Handled(aggregate, outcome),
                        key -> Counter.builder("diptych.commands")
                                .description("Commands by what became of them")
                                .tag("aggregate", key.aggregate())
                                .tag("outcome", key.outcome().name().toLowerCase(Locale.ROOT))
                                .register(registry))
                .increment();
    }

    @Override
    public void committed(String aggregate, int commands, int events, Duration took) {
        record(
                commandBatches.computeIfAbsent(aggregate, a -> batches("command", "aggregate", a)),
                commands,
                events,
                took);
    }

    @Override
    public void applied(String readModel, int events, Duration took) {
        record(
                projectionBatches.computeIfAbsent(readModel, r -> batches("projection", "read_model", r)),
                events,
                events,
                took);
    }

    @Override
    public void parked(String readModel, int events) {
        parked.computeIfAbsent(
                        readModel,
                        name -> Counter.builder("diptych.projection.parked.events")
                                .description("Events that became dead letters on this node")
                                .tag("read_model", name)
                                .register(registry))
                .increment(events);
    }

    private static void record(Batches batches, int size, int events, Duration took) {
        batches.size().record(size);
        batches.events().increment(events);
        batches.took().record(took);
    }

    private Batches batches(String engine, String label, String name) {
        return new Batches(
                DistributionSummary.builder("diptych." + engine + ".batch.size")
                        .description("Messages in one transaction")
                        .tag(label, name)
                        .serviceLevelObjectives(1, 10, 100, 1000, 10_000)
                        .register(registry),
                Counter.builder("diptych." + engine + ".events")
                        .description("Events written or applied")
                        .tag(label, name)
                        .register(registry),
                timer(Timer.builder("diptych." + engine + ".batch")
                        .description("From having read the messages to having committed")
                        .tag(label, name)));
    }

    @Override
    public void answered(String method, String route, int status, long nanos) {
        requests.computeIfAbsent(
                        new Request(method, route, status),
                        key -> timer(Timer.builder("http.server.requests")
                                .description("Requests by route and status; status 0 had no answer")
                                .tag("method", key.method())
                                .tag("route", key.route())
                                .tag("status", Integer.toString(key.status()))))
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer timer(Timer.Builder builder) {
        return builder.serviceLevelObjectives(
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        Duration.ofMillis(10),
                        Duration.ofMillis(50),
                        Duration.ofMillis(100),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5))
                .register(registry);
    }

    void scrape(Exchange exchange, Backend backend) {
        readModels.refresh(backend.readModels());
        deadLetters.refresh(backend.parked());
        late.refresh(backend.late());
        String accept = exchange.header("Accept");
        String format =
                accept != null && accept.contains("application/openmetrics-text") ? OPEN_METRICS : PROMETHEUS_TEXT;
        exchange.send(200, format, registry.scrape(format).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }
}
