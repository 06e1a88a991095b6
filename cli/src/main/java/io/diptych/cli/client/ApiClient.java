package io.diptych.cli.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Speaks to a node's HTTP API. Safe for many threads; a call blocks its thread. */
public final class ApiClient implements AutoCloseable {

    private static final Duration CONNECTS_WITHIN = Duration.ofSeconds(5);

    /** Beyond what a node waits for by itself, so that it is the node that says what is wrong. */
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(20);

    private final URI url;
    private final HttpClient http;

    /**
     * A command to send.
     *
     * @param body JSON
     * @param key the Idempotency-Key; null lets the node make one
     * @param ifMatch the version the aggregate must have; null for any
     * @param async answer as soon as the command is durable
     */
    public record Call(
            String type,
            byte[] body,
            @Nullable String key,
            @Nullable Long ifMatch,
            boolean async) {}

    /**
     * A query.
     *
     * @param name of the read model, or of the app's own query
     * @param key of one row; null for a list
     * @param parameters of the list: filters and options, or what the app's own query takes
     * @param token what the answer must have seen; null for no demand
     * @param waitSeconds how long the node may wait for that; null for its default
     */
    public record Query(
            String name,
            @Nullable String key,
            List<Parameter> parameters,
            @Nullable String token,
            @Nullable Integer waitSeconds) {}

    /** A parameter of a list. */
    public record Parameter(String name, String value) {}

    /** Connects when first used. */
    public ApiClient(URI url) {
        this.url = url;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECTS_WITHIN)
                .build();
    }

    /** The node it speaks to. */
    public URI url() {
        return url;
    }

    /**
     * Sends a command.
     *
     * @throws IOException when there is no answer: the command may or may not have been taken
     */
    public Answer send(Call call) throws IOException, InterruptedException {
        var request = request("/api/commands/" + encoded(call.type()), ANSWERS_WITHIN)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(call.body()));
        if (call.key() != null) {
            request.header("Idempotency-Key", call.key());
        }
        if (call.ifMatch() != null) {
            request.header("If-Match", "\"" + call.ifMatch() + "\"");
        }
        if (call.async()) {
            request.header("Prefer", "respond-async");
        }
        return answer(request);
    }

    /**
     * Asks a read model.
     *
     * @throws IOException when there is no answer
     */
    public Answer get(Query query) throws IOException, InterruptedException {
        return get("/api/read-models/", query);
    }

    /**
     * Asks a query of the app's own, which has no key.
     *
     * @throws IOException when there is no answer
     */
    public Answer query(Query query) throws IOException, InterruptedException {
        return get("/api/queries/", query);
    }

    private Answer get(String folder, Query query) throws IOException, InterruptedException {
        var path = new StringBuilder(folder).append(encoded(query.name()));
        if (query.key() != null) {
            path.append('/').append(encoded(query.key()));
        }
        path.append(queryOf(query.parameters()));
        int waitSeconds = query.waitSeconds() == null ? 0 : query.waitSeconds();
        var request = request(path.toString(), ANSWERS_WITHIN.plusSeconds(waitSeconds));
        if (query.token() != null) {
            request.header("Consistency-Token", query.token());
        }
        if (query.waitSeconds() != null) {
            request.header("Prefer", "wait=" + query.waitSeconds());
        }
        return answer(request);
    }

    /**
     * Watches rows, until the stream ends or no more lines are wanted.
     *
     * @param key of one row; null for all that the filters say
     * @param lastId the id of the last event that was seen; null to begin
     * @param lines is given each line of the stream, and says whether it wants more
     * @return why the node refuses; null when the stream is over
     * @throws IOException when there is no answer, or the stream was cut
     */
    public @Nullable Answer watch(
            String readModel,
            @Nullable String key,
            List<Parameter> filters,
            @Nullable String lastId,
            Predicate<String> lines)
            throws IOException, InterruptedException {
        String path = "/api/read-models/" + encoded(readModel) + (key == null ? "" : "/" + encoded(key)) + "/stream"
                + queryOf(filters);
        var request = request(path, ANSWERS_WITHIN).setHeader("Accept", "text/event-stream, application/problem+json");
        if (lastId != null) {
            request.header("Last-Event-ID", lastId);
        }
        HttpResponse<InputStream> response = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            if (response.statusCode() != 200) {
                return answer(response, body.readAllBytes());
            }
            var text = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
            String line = text.readLine();
            while (line != null && lines.test(line)) {
                line = text.readLine();
            }
            return null;
        }
    }

    /**
     * Asks how an aggregate stands.
     *
     * @param version as of which; null for now
     * @throws IOException when there is no answer
     */
    public Answer state(String type, String id, @Nullable Long version) throws IOException, InterruptedException {
        String query = version == null ? "" : "?version=" + version;
        return answer(request(aggregate(type, id) + query, ANSWERS_WITHIN));
    }

    /**
     * Asks for events of an aggregate.
     *
     * @throws IOException when there is no answer
     */
    public Answer events(String type, String id, long from, long limit) throws IOException, InterruptedException {
        return answer(request(aggregate(type, id) + "/events?from=" + from + "&limit=" + limit, ANSWERS_WITHIN));
    }

    /**
     * Asks how all read models are doing.
     *
     * @throws IOException when there is no answer
     */
    public Answer projections() throws IOException, InterruptedException {
        return answer(request("/api/projections", ANSWERS_WITHIN));
    }

    /**
     * Has the rows of a read model made anew.
     *
     * @throws IOException when there is no answer
     */
    public Answer rebuild(String readModel, boolean keep) throws IOException, InterruptedException {
        return answer(request("/api/projections/" + encoded(readModel) + "/rebuild?keep=" + keep, ANSWERS_WITHIN)
                .POST(HttpRequest.BodyPublishers.noBody()));
    }

    /**
     * Has the generation that served before serve again.
     *
     * @throws IOException when there is no answer
     */
    public Answer rollback(String readModel) throws IOException, InterruptedException {
        return answer(request("/api/projections/" + encoded(readModel) + "/rollback", ANSWERS_WITHIN)
                .POST(HttpRequest.BodyPublishers.noBody()));
    }

    /**
     * Drops a generation that does not serve.
     *
     * @throws IOException when there is no answer
     */
    public Answer drop(String readModel, int generation) throws IOException, InterruptedException {
        return answer(request("/api/projections/" + encoded(readModel) + "/generations/" + generation, ANSWERS_WITHIN)
                .DELETE());
    }

    /** Where events wait for a person: the dead letters, for one. */
    public enum Place {
        DEAD_LETTERS("dead-letters"),
        LATE("late");

        private final String path;

        Place(String path) {
            this.path = path;
        }
    }

    /**
     * Asks about events that wait.
     *
     * @param path under the place: each part is encoded
     * @throws IOException when there is no answer
     */
    public Answer waiting(Place place, List<String> path, List<Parameter> parameters)
            throws IOException, InterruptedException {
        return answer(request(pathOf(place, path, parameters), ANSWERS_WITHIN));
    }

    /**
     * Has something done about events that wait.
     *
     * @param path under the place: each part is encoded
     * @param body JSON; empty for none
     * @throws IOException when there is no answer
     */
    public Answer settle(Place place, List<String> path, List<Parameter> parameters, byte[] body)
            throws IOException, InterruptedException {
        return answer(request(pathOf(place, path, parameters), ANSWERS_WITHIN)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    private static String pathOf(Place place, List<String> path, List<Parameter> parameters) {
        return "/api/" + place.path
                + path.stream().map(part -> "/" + encoded(part)).collect(Collectors.joining()) + queryOf(parameters);
    }

    private static String queryOf(List<Parameter> parameters) {
        return parameters.isEmpty()
                ? ""
                : parameters.stream()
                        .map(p -> encoded(p.name()) + "=" + encoded(p.value()))
                        .collect(Collectors.joining("&", "?", ""));
    }

    private static String aggregate(String type, String id) {
        return "/api/aggregates/" + encoded(type) + "/" + encoded(id);
    }

    @Override
    public void close() {
        http.close();
    }

    private HttpRequest.Builder request(String path, Duration timeout) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .timeout(timeout)
                .header("Accept", "application/json, application/problem+json");
    }

    private Answer answer(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        return answer(response, response.body());
    }

    private Answer answer(HttpResponse<?> response, byte[] body) {
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        response.headers().map().forEach((name, values) -> headers.put(name, values.getFirst()));
        return new Answer(url, response.statusCode(), headers, body);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
