package io.diptych.example.orders.e2e;

import io.diptych.kafka.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The HTTP API as a caller without a library sees it. */
record Api(URI url, HttpClient client) {

    Api(URI url) {
        this(url, HttpClient.newHttpClient());
    }

    /** An answer. */
    record Answer(HttpResponse<String> response) {
        int status() {
            return response.statusCode();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        JsonNode json() {
            return Json.mapper().readTree(response.body());
        }
    }

    Answer send(String type, String body, String... headers) throws IOException, InterruptedException {
        return post("/api/commands/" + type, body, headers);
    }

    Answer post(String path, String body, String... headers) throws IOException, InterruptedException {
        return answer(request(path, headers)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    Answer get(String path, String... headers) throws IOException, InterruptedException {
        return answer(request(path, headers));
    }

    /** All rows of a read model, page after page. */
    List<JsonNode> rows(String readModel) throws IOException, InterruptedException {
        var rows = new ArrayList<JsonNode>();
        String cursor = "";
        do {
            JsonNode page = get("/api/read-models/" + readModel + "?limit=1000" + cursor)
                    .json();
            page.get("rows").forEach(rows::add);
            cursor = page.hasNonNull("cursor") ? "&cursor=" + page.get("cursor").asString() : "";
        } while (!cursor.isEmpty());
        return rows;
    }

    private HttpRequest.Builder request(String path, String... headers) {
        var request = HttpRequest.newBuilder(url.resolve(path)).timeout(Duration.ofSeconds(60));
        return headers.length == 0 ? request : request.headers(headers);
    }

    private Answer answer(HttpRequest.Builder request) throws IOException, InterruptedException {
        return new Answer(client.send(request.build(), BodyHandlers.ofString()));
    }
}
