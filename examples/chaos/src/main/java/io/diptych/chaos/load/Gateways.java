package io.diptych.chaos.load;

import io.diptych.chaos.load.Outcome.Accepted;
import io.diptych.chaos.load.Outcome.NotSent;
import io.diptych.chaos.load.Outcome.Refused;
import io.diptych.chaos.load.Outcome.Unknown;
import io.diptych.kafka.Json;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;

/** The way to the system for all clients: sends a command once and says what is known of its effect. */
public final class Gateways {

    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private final List<URI> urls;
    private final Recorder recorder;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    /** Records all attempts there. */
    public Gateways(List<URI> urls, Recorder recorder) {
        this.urls = List.copyOf(urls);
        this.recorder = recorder;
    }

    /** Sends it to one of them; what comes of it is recorded as well. */
    Outcome send(Request request, SplittableRandom random) throws InterruptedException {
        int gateway = random.nextInt(urls.size());
        int wait = random.nextInt(2, 8);
        // Some clients hang up before the gateway would answer that it does not know.
        var builder = HttpRequest.newBuilder(urls.get(gateway).resolve("/api/commands/" + request.type()))
                .timeout(Duration.ofSeconds(wait).plusMillis(random.nextInt(-1_000, 3_000)))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", request.key())
                .header("Prefer", "wait=" + wait)
                .POST(HttpRequest.BodyPublishers.ofString(request.body()));
        if (request.expectedVersion() != null) {
            builder.header("If-Match", "\"" + request.expectedVersion() + "\"");
        }
        long invoked = System.nanoTime();
        Outcome outcome = new Unknown("interrupted");
        try {
            outcome = outcome(http.send(builder.build(), HttpResponse.BodyHandlers.ofByteArray()));
        } catch (ConnectException e) {
            outcome = new NotSent("nobody listens");
        } catch (IOException | JacksonException e) {
            outcome = new Unknown(e.getClass().getSimpleName() + ": " + e.getMessage());
        } finally {
            recorder.record(request, new Attempt(invoked, System.nanoTime(), "gateway-" + (gateway + 1), outcome));
        }
        return outcome;
    }

    private static Outcome outcome(HttpResponse<byte[]> response) {
        Map<String, Object> body = Json.mapper().readValue(response.body(), OBJECT);
        int status = response.statusCode();
        if (status == 200 && body.get("version") instanceof Number version) {
            return new Accepted(version.longValue(), Objects.toString(body.get("token")));
        }
        String detail = Objects.toString(body.get("detail"), "");
        String problem = Objects.toString(body.get("type"), "").replaceFirst("^/problems/", "");
        if (status >= 400 && status < 500) {
            return new Refused(status, problem, body.get("code") instanceof String code ? code : null);
        }
        return status == 503 && detail.contains("nothing was sent")
                ? new NotSent(detail)
                : new Unknown(status + " " + problem + " " + detail);
    }

    /** Reads its own write: what comes of it, when it is a row or none, is recorded. */
    void read(String readModel, String key, Accepted write, SplittableRandom random) throws InterruptedException {
        URI url = urls.get(random.nextInt(urls.size()));
        try {
            var response = get(url, "/api/read-models/" + readModel + "/" + key, write.token(), 4);
            Long version = version(response);
            if (version != null) {
                recorder.record(new TokenRead(readModel, key, write.token(), write.version(), version));
            }
        } catch (IOException e) {
            // A read that is not answered promises nothing.
            return;
        }
    }

    private static @Nullable Long version(HttpResponse<byte[]> response) {
        return switch (response.statusCode()) {
            case 404 -> 0L;
            case 200 ->
                Json.mapper().readValue(response.body(), OBJECT).get("version") instanceof Number version
                        ? version.longValue()
                        : 0L;
            default -> null;
        };
    }

    /** One page of a read model, by any gateway that answers; null when none does. */
    public @Nullable Map<String, Object> page(String readModel, String query, String token)
            throws InterruptedException {
        for (URI url : urls) {
            try {
                var response = get(url, "/api/read-models/" + readModel + "?" + query, token, 10);
                if (response.statusCode() == 200) {
                    return Json.mapper().readValue(response.body(), OBJECT);
                }
            } catch (IOException e) {
                // The other one may answer.
                continue;
            }
        }
        return null;
    }

    /** Asks one of them for something to be done. */
    HttpResponse<byte[]> post(String path, SplittableRandom random) throws IOException, InterruptedException {
        return post(urls.get(random.nextInt(urls.size())), path);
    }

    private HttpResponse<byte[]> post(URI gateway, String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(gateway.resolve(path))
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.noBody());
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    /**
     * Retries all dead letters of a read model.
     *
     * @return how many were applied, once none is left
     * @throws IOException when a gateway does not do it
     */
    public long retryAll(String readModel) throws IOException, InterruptedException {
        long applied = 0;
        String after = "";
        while (true) {
            var response = post(urls.getFirst(), "/api/dead-letters/" + readModel + "/retry?all=true" + after);
            Map<String, Object> body = Json.mapper().readValue(response.body(), OBJECT);
            if (response.statusCode() != 200) {
                throw new IOException("The dead letters of [" + readModel + "] were not retried: " + body);
            }
            applied += body.get("applied") instanceof Number number ? number.longValue() : 0;
            if (!(body.get("next") instanceof String next)) {
                return applied;
            }
            after = "&after=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
        }
    }

    private HttpResponse<byte[]> get(URI gateway, String path, String token, int waitSeconds)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(gateway.resolve(path))
                .timeout(Duration.ofSeconds(waitSeconds + 2))
                .header("Prefer", "wait=" + waitSeconds);
        if (!token.isEmpty()) {
            request.header("Consistency-Token", token);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }
}
