package io.diptych.server.internal;

import io.diptych.kafka.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import tools.jackson.databind.JsonNode;

/** A real server on a free port, with the in-memory node behind it. */
abstract class HttpTest {

    static final String ORDER = "{\"orderId\":\"o-1\",\"product\":\"Widget\",\"quantity\":2}";

    final HttpClient client = HttpClient.newHttpClient();
    final Flows flows = new Flows();
    final InMemoryNode node = new InMemoryNode(flows);
    final Metrics metrics = new Metrics();
    HttpServer server;

    @BeforeEach
    void startServer() {
        var settings = new ServerSettings("127.0.0.1", 0, 2, Duration.ofMillis(500), Set.of("https://shop.example"));
        server = HttpServer.start(node, flows, metrics, settings);
    }

    @AfterEach
    void stopServer() {
        server.close();
        metrics.close();
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)).GET(), headers);
    }

    HttpResponse<String> post(String path, String body, String... headers) throws IOException, InterruptedException {
        return send(
                HttpRequest.newBuilder(uri(path))
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body)),
                headers);
    }

    HttpResponse<String> create(String id, String... headers) throws IOException, InterruptedException {
        return post("/api/commands/CreateOrder", ORDER.replace("o-1", id), headers);
    }

    HttpResponse<String> send(HttpRequest.Builder request, String... headers) throws IOException, InterruptedException {
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.timeout(Duration.ofSeconds(10)).build(), BodyHandlers.ofString());
    }

    static JsonNode json(HttpResponse<String> response) {
        return Json.mapper().readTree(response.body());
    }

    static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }
}
