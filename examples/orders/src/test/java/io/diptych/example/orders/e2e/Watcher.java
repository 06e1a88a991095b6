package io.diptych.example.orders.e2e;

import io.diptych.kafka.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.JsonNode;

/** Watches orders as a browser does: goes on after the last event it has seen, whenever the stream is cut. */
final class Watcher implements AutoCloseable {

    /** One event. */
    record Event(String kind, JsonNode data) {}

    final List<Event> events = new CopyOnWriteArrayList<>();

    /** As they are after the last event. */
    final Map<String, JsonNode> rows = new ConcurrentHashMap<>();

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI url;
    private final Random random = new Random(3);
    private final Thread thread;
    private volatile boolean closed;
    private volatile int cuts;
    private String lastId = "";

    /** Begins. It cuts the stream by itself again and again. */
    Watcher(URI url) {
        this.url = url;
        this.thread = Thread.ofPlatform().start(this::run);
    }

    int cuts() {
        return cuts;
    }

    private void run() {
        while (!closed) {
            try {
                follow(2 + random.nextInt(12));
                cuts++;
            } catch (IOException | InterruptedException e) {
                if (closed) {
                    return;
                }
            }
        }
    }

    /** Reads that many events after the rows: while these come, there is nothing to go on from. */
    private void follow(int count) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(url);
        if (lastId.isEmpty()) {
            rows.clear();
        } else {
            request.header("Last-Event-ID", lastId);
        }
        HttpResponse<java.io.InputStream> answer = client.send(request.build(), BodyHandlers.ofInputStream());
        if (answer.statusCode() != 200) {
            throw new IOException("HTTP " + answer.statusCode());
        }
        try (var lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            String kind = "";
            int read = 0;
            for (String line = lines.readLine(); line != null && read < count && !closed; line = lines.readLine()) {
                int colon = line.indexOf(':');
                String field = colon < 0 ? line : line.substring(0, colon);
                String value = colon < 0 ? "" : line.substring(colon + 1).strip();
                switch (field) {
                    case "event" -> kind = value;
                    case "id" -> lastId = value;
                    case "data" -> {
                        take(new Event(kind, Json.mapper().readTree(value)));
                        read += lastId.isEmpty() ? 0 : 1;
                    }
                    default -> {}
                }
            }
        }
    }

    private void take(Event event) {
        events.add(event);
        String id = event.data().path("orderId").asString("");
        switch (event.kind()) {
            case "row", "changed" -> rows.put(id, event.data());
            case "removed" -> rows.remove(id);
            case "reset" -> rows.clear();
            default -> {}
        }
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        client.shutdownNow();
        thread.join(5_000);
        client.close();
    }
}
