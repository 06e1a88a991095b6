package io.diptych.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.diptych.kafka.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** Answers as a node would, or as the test says. */
public final class FakeNode implements AutoCloseable {

    /** A request as it came. */
    public record Request(String method, String pathAndQuery, Map<String, List<String>> headers, String body) {
        public String header(String name) {
            List<String> values = headers.get(name);
            return values == null ? null : values.getFirst();
        }

        public JsonNode json() {
            return Json.mapper().readTree(body);
        }
    }

    /** An answer. */
    public record Response(int status, String contentType, Map<String, String> headers, String body) {
        public static Response json(int status, String body) {
            return new Response(status, "application/json", Map.of(), body);
        }

        public static Response accepted(String id, int partition, long offset) {
            return json(200, """
                    {"aggregate":"order","id":"%s","version":1,"events":["OrderCreated"],"token":"order:%d:%d"}""".formatted(id, partition, offset));
        }

        public static Response rejected(String code, String detail) {
            return new Response(422, "application/problem+json", Map.of(), """
                    {"type":"/problems/rejected","title":"The domain refuses the command","status":422,"detail":"%s","code":"%s"}""".formatted(detail, code));
        }

        public static Response unavailable(int retryAfter) {
            return new Response(
                    503, "application/problem+json", Map.of("Retry-After", Integer.toString(retryAfter)), """
                    {"type":"/problems/unavailable","title":"A part that is needed cannot be reached","status":503,"detail":"Kafka is away"}""");
        }
    }

    /** What the test says. */
    public interface Behaviour {
        Response answer(Request request) throws Exception;
    }

    public final List<Request> requests = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final Behaviour behaviour;

    public FakeNode(Behaviour behaviour) throws IOException {
        this(0, behaviour);
    }

    public FakeNode(int port, Behaviour behaviour) throws IOException {
        this.behaviour = behaviour;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var request = new Request(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    exchange.getRequestHeaders(),
                    new String(exchange.getRequestBody().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
            requests.add(request);
            Response response = behaviour.answer(request);
            response.headers().forEach(exchange.getResponseHeaders()::set);
            exchange.getResponseHeaders().set("Content-Type", response.contentType());
            byte[] body = response.body().getBytes(java.nio.charset.StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(response.status(), body.length == 0 ? -1 : body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    /** A port that nobody listens on. */
    public static int freePort() throws IOException {
        try (var socket = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Blocks for a moment, as work would. */
    public static void work(long millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
    }
}
