package io.diptych.bench.load;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webclient.api.HttpClientRequest;
import io.helidon.webclient.api.HttpClientResponse;
import io.helidon.webclient.api.WebClient;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The few calls that Diptych and every rival answer alike: commands, and rows by key. Safe for many threads. */
public final class HttpApi implements AutoCloseable {

    private static final HeaderName TOKEN = HeaderNames.create("Consistency-Token");
    private static final int CONNECTIONS = 512;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration ASKS_AGAIN_AFTER = Duration.ofMillis(20);

    private final WebClient client;
    private final String url;

    /** At that address. */
    public HttpApi(String url) {
        this.url = url;
        this.client = WebClient.builder()
                .baseUri(url)
                .keepAlive(true)
                .connectionCacheSize(CONNECTIONS)
                .connectTimeout(Duration.ofSeconds(10))
                .readTimeout(Duration.ofSeconds(60))
                .build();
    }

    /** Sends a command and waits for its answer; returns the consistency token, if there is one. */
    public @Nullable String send(LifeCycle.Command command) {
        String path = "/api/commands/" + command.type();
        try (HttpClientResponse response =
                client.post(path).header(HeaderValues.CONTENT_TYPE_JSON).submit(command.bytes())) {
            String body = response.as(String.class);
            requireOk(response, path, body);
            return response.headers().first(TOKEN).orElse(null);
        }
    }

    /**
     * What is at that path, as fresh as the token asks; fails unless it is there. Asks again when it is told to (503), as any
     * caller would: what is measured gets longer by it.
     */
    public String get(String path, @Nullable String token) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            HttpClientRequest request = client.get().uri(URI.create(url + path));
            if (token != null) {
                request.header(TOKEN, token);
            }
            try (HttpClientResponse response = request.request()) {
                String body = response.as(String.class);
                if (response.status().code() != 503 || System.nanoTime() > deadline) {
                    requireOk(response, path, body);
                    return body;
                }
            }
            Thread.sleep(ASKS_AGAIN_AFTER);
        }
    }

    /** Sends a body and returns the answer's. */
    public String post(String path, String body) {
        try (HttpClientResponse response = client.post()
                .uri(URI.create(url + path))
                .header(HeaderValues.CONTENT_TYPE_JSON)
                .submit(body.getBytes(StandardCharsets.UTF_8))) {
            String answer = response.as(String.class);
            if (response.status().family() != Status.Family.SUCCESSFUL) {
                throw unexpected(response, path, answer);
            }
            return answer;
        }
    }

    private void requireOk(HttpClientResponse response, String path, String body) {
        if (response.status().code() != 200) {
            throw unexpected(response, path, body);
        }
    }

    private IllegalStateException unexpected(HttpClientResponse response, String path, String body) {
        return new IllegalStateException("[" + url + path + "] answered with " + response.status() + ": " + body);
    }

    @Override
    public void close() {
        client.closeResource();
    }
}
