package io.diptych.server.internal;

import io.diptych.ConfigurationException;
import io.diptych.kafka.Json;
import io.diptych.message.Problem;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.DirectHandler.TransportRequest;
import io.helidon.http.DirectHandler.TransportResponse;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The HTTP API of a node. */
public final class HttpServer implements AutoCloseable {

    /** A body beyond this is not even read to its end: a guard on memory, far above what a command may have. */
    static final long MAX_PAYLOAD_BYTES = 16L * 1024 * 1024;

    private static final Duration GRACE = Duration.ofSeconds(1);

    private final WebServer server;
    private final FlowResource flowResource;
    private final StreamResource streams;

    private HttpServer(WebServer server, FlowResource flowResource, StreamResource streams) {
        this.server = server;
        this.flowResource = flowResource;
        this.streams = streams;
    }

    /**
     * Listens, and returns when callers can connect.
     *
     * @throws ConfigurationException when the port cannot be had
     */
    public static HttpServer start(Backend backend, Flows flows, Metrics metrics, ServerSettings settings) {
        requireFreePort(settings);
        var flowResource = new FlowResource(flows, new FlowSteps(backend, flows.progress()));
        var streams = new StreamResource(backend);
        Router router = router(backend, flows, flowResource, streams, metrics, settings);
        DirectHandlers.Builder handlers = DirectHandlers.builder();
        for (EventType event : EventType.values()) {
            handlers.addHandler(event, HttpServer::refuse);
        }
        WebServer server = WebServer.builder()
                .host(settings.host())
                .port(settings.port())
                .shutdownHook(false)
                .shutdownGracePeriod(GRACE)
                .maxPayloadSize(MAX_PAYLOAD_BYTES)
                // Browsers and curl send the brackets of field[gte]=1 as they are. What a query may hold is checked
                // where it is read; paths are checked all the same.
                .protocolsDiscoverServices(false)
                .addProtocol(Http1Config.builder().validatePrologue(false).build())
                .directHandlers(handlers.build())
                .errorHandling(errors -> errors.includeEntity(true))
                .routing((HttpRouting.Builder routing) -> routing.any(router))
                .build();
        try {
            server.start();
        } catch (RuntimeException e) {
            server.stop();
            throw e;
        }
        return new HttpServer(server, flowResource, streams);
    }

    private static Router router(
            Backend backend,
            Flows flows,
            FlowResource flowResource,
            StreamResource streams,
            Metrics metrics,
            ServerSettings settings) {
        var commands = new CommandResource(backend, flows, settings);
        var readModels = new ReadModelResource(backend, flows);
        var queries = new QueryResource(backend, flows);
        var aggregates = new AggregateResource(backend);
        var letters = new DeadLetterResource(backend, settings);
        var late = new LateResource(backend, settings);
        var status = new StatusResource(backend);
        var generations = new GenerationResource(backend, settings);
        var files = new StaticFiles();
        byte[] openApi = Json.mapper().writeValueAsBytes(new OpenApi(backend.app()).document());
        metrics.inFlight(commands::inFlight);
        metrics.streams(streams::count);
        return new Router(metrics)
                .post("/api/commands/{type}", commands::post)
                .get("/api/commands", status::commands)
                .get("/api/read-models", readModels::describe)
                .get("/api/read-models/{name}", readModels::list)
                .get("/api/read-models/{name}/stream", streams::all)
                .get("/api/read-models/{name}/{key}", readModels::find)
                .get("/api/read-models/{name}/{key}/stream", streams::one)
                .get("/api/queries", queries::describe)
                .get("/api/queries/{name}", queries::find)
                .get("/api/aggregates/{type}/{id}", aggregates::find)
                .get("/api/aggregates/{type}/{id}/events", aggregates::events)
                .get("/api/dead-letters", letters::depths)
                .get("/api/dead-letters/{readModel}", letters::list)
                .get("/api/dead-letters/{readModel}/{id}", letters::find)
                .post("/api/dead-letters/{readModel}/retry", letters::retry)
                .post("/api/dead-letters/{readModel}/discard", letters::discardKey)
                .post("/api/dead-letters/{readModel}/{id}/edit", letters::edit)
                .post("/api/dead-letters/{readModel}/{id}/discard", letters::discard)
                .get("/api/late", late::depths)
                .get("/api/late/{readModel}", late::list)
                .get("/api/late/{readModel}/{id}", late::find)
                .post("/api/late/{readModel}/admit", late::admitAll)
                .post("/api/late/{readModel}/discard", late::discardAll)
                .post("/api/late/{readModel}/{id}/admit", late::admit)
                .post("/api/late/{readModel}/{id}/discard", late::discard)
                .get("/api/projections", status::projections)
                .post("/api/projections/{name}/rebuild", generations::rebuild)
                .post("/api/projections/{name}/rollback", generations::rollback)
                .delete("/api/projections/{name}/generations/{number}", generations::drop)
                .get("/api/flows", flowResource::list)
                .get("/api/flows/{commandId}", flowResource::find)
                .get("/health/live", status::live)
                .get("/health/ready", status::ready)
                .get("/metrics", exchange -> metrics.scrape(exchange, backend))
                .get("/openapi.json", exchange -> exchange.send(200, "application/json", openApi))
                .get("/problems", ProblemPages::list)
                .get("/problems/{slug}", ProblemPages::find)
                .get("/", exchange -> files.send(exchange, "index.html"))
                .get("/favicon.svg", exchange -> files.send(exchange, "favicon.svg"))
                .get("/assets/{file}", files::find);
    }

    /** The server would report a port that is taken with a stack trace in the log; people need a sentence. */
    private static void requireFreePort(ServerSettings settings) {
        try (var probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(settings.host(), settings.port()));
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigurationException("The port [" + settings.port() + "] on [" + settings.host()
                    + "] cannot be listened on (" + e.getMessage()
                    + "): stop the program that has it, or choose another with --port");
        }
    }

    /** Answers what never reaches the router: requests that are not valid HTTP, and failures outside of it. */
    private static TransportResponse refuse(
            TransportRequest request,
            EventType event,
            Status status,
            ServerResponseHeaders headers,
            @Nullable String message) {
        Problem.Type type = status.code() >= 500 && status.code() != 501
                ? (status.code() == 503 ? Problem.Type.UNAVAILABLE : Problem.Type.INTERNAL)
                : status.code() == 413 ? Problem.Type.TOO_LARGE : Problem.Type.BAD_REQUEST;
        String detail = message == null || message.contains("server log") || type == Problem.Type.INTERNAL
                ? type.title() + (type == Problem.Type.INTERNAL ? "" : ": check first line, headers and encoding")
                : message;
        ProblemDocument document = ProblemDocument.of(type.with(detail), status.code(), request.path());
        document.headers().forEach((name, value) -> headers.set(HeaderNames.create(name), value));
        headers.set(HeaderNames.CONTENT_TYPE, ProblemDocument.MEDIA_TYPE);
        return TransportResponse.builder()
                .status(status)
                .headers(headers)
                .entity(document.body())
                .keepAlive(false)
                .build();
    }

    /** What {@code /health/ready} would say. */
    public static boolean ready(Backend backend) {
        return StatusResource.components(backend).stream().allMatch(StatusResource.Component::ready);
    }

    /** The port it listens on. */
    public int port() {
        return server.port();
    }

    /** Refuses new requests and lets running ones end, for about a second. */
    @Override
    public void close() {
        flowResource.stop();
        streams.stop();
        server.stop();
    }
}
