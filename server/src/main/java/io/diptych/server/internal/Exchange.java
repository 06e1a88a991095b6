package io.diptych.server.internal;

import io.diptych.kafka.Json;
import io.diptych.message.Problem;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** One request and its response: what the resources need of HTTP, and nothing else. */
final class Exchange {

    private static final String JSON = "application/json";

    /** Of each answer, in the bytes in which they are sent. */
    private static final Header NO_SNIFF = HeaderValues.createCached("X-Content-Type-Options", "nosniff");

    private static final Header NO_STORE = HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "no-store");

    /** A name that the HTTP server does not know is checked and changed to lower case each time it is made. */
    private static final Map<String, HeaderName> NAMES = new ConcurrentHashMap<>();

    private final ServerRequest request;
    private final ServerResponse response;
    private Map<String, String> pathParameters = Map.of();
    private @Nullable List<Parameter> query;
    private @Nullable InputStream body;
    private int status;

    /** A query parameter, decoded. */
    record Parameter(String name, String value) {}

    Exchange(ServerRequest request, ServerResponse response) {
        this.request = request;
        this.response = response;
    }

    String method() {
        return request.prologue().method().text();
    }

    boolean isHead() {
        return method().equals("HEAD");
    }

    /** The path as it was sent, still encoded. */
    String rawPath() {
        return request.prologue().uriPath().rawPath();
    }

    /** The status that was answered; 0 before. */
    int status() {
        return status;
    }

    void pathParameters(Map<String, String> parameters) {
        this.pathParameters = parameters;
    }

    /** The decoded path segment that the route calls by this name. */
    String path(String name) {
        String value = pathParameters.get(name);
        if (value == null) {
            throw new IllegalArgumentException("The route has no parameter [" + name + "]");
        }
        return value;
    }

    /** The header's values joined with commas; null when it is absent. */
    @Nullable
    String header(String name) {
        List<String> values = request.headers().all(named(name), List::of);
        return values.isEmpty() ? null : String.join(",", values);
    }

    /** All query parameters in order. */
    List<Parameter> query() {
        if (query == null) {
            query = parse(request.prologue().query().rawValue());
        }
        return query;
    }

    private static List<Parameter> parse(@Nullable String raw) {
        var parameters = new ArrayList<Parameter>();
        if (raw == null || raw.isEmpty()) {
            return parameters;
        }
        for (String pair : raw.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                parameters.add(new Parameter(formDecoded(name), formDecoded(value)));
            }
        }
        return parameters;
    }

    private static String formDecoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Problem.Type.INVALID_QUERY.exception(
                    "The query has [" + text + "], which is not percent-encoded: write a literal % as %25");
        }
    }

    /** The announced size of the body, when there is one. */
    OptionalLong contentLength() {
        return request.headers().contentLength();
    }

    /** Whether the caller waits for a go-ahead before it sends the body. */
    boolean expectsContinue() {
        return request.headers().contains(HeaderNames.EXPECT);
    }

    InputStream body() {
        if (body == null) {
            body = request.content().hasEntity() ? request.content().inputStream() : InputStream.nullInputStream();
        }
        return body;
    }

    /** Of the names that the resources use, which are few. */
    private static HeaderName named(String name) {
        return NAMES.computeIfAbsent(name, HeaderNames::create);
    }

    /** Sets a header of the response. */
    Exchange set(String name, String value) {
        response.headers().set(named(name), value);
        return this;
    }

    /** Closes the connection after the response. */
    void closeAfterwards() {
        response.headers().set(HeaderValues.CONNECTION_CLOSE);
    }

    /** Whether the connection ends here: the HTTP server announces it, but leaves it to us to do so. */
    boolean closes() {
        return response.headers().containsToken(HeaderValues.CONNECTION_CLOSE)
                || request.headers().containsToken(HeaderValues.CONNECTION_CLOSE);
    }

    void json(int status, Object body) {
        send(status, JSON, Json.mapper().writeValueAsBytes(body));
    }

    void problem(Problem problem) {
        ProblemDocument document = ProblemDocument.of(problem, rawPath());
        document.headers().forEach(this::set);
        send(problem.type().status(), ProblemDocument.MEDIA_TYPE, document.body());
    }

    void send(int status, String contentType, byte[] body) {
        this.status = status;
        response.status(Status.create(status));
        set("Content-Type", contentType);
        response.headers().set(NO_SNIFF);
        if (isHead()) {
            response.headers().contentLength(body.length);
            response.send();
        } else {
            response.send(body);
        }
    }

    /** Answers without a body. */
    void empty(int status) {
        this.status = status;
        response.status(Status.create(status));
        response.send();
    }

    /** Begins a response whose body is written piece by piece; its writer flushes and closes it. */
    OutputStream stream(String contentType) {
        this.status = 200;
        response.status(Status.OK_200);
        set("Content-Type", contentType);
        noStore();
        return response.outputStream();
    }

    /** The answer is of now, and not to be kept by anybody. */
    void noStore() {
        response.headers().set(NO_STORE);
    }

    boolean isSent() {
        return response.isSent();
    }

    /** Reads and drops what the caller still sends, so that it comes to read the answer; gives up at the limits. */
    void drain(long maxBytes, long maxNanos) {
        long start = System.nanoTime();
        byte[] scrap = new byte[16 * 1024];
        long dropped = 0;
        try {
            InputStream in = body();
            while (dropped < maxBytes && System.nanoTime() - start < maxNanos) {
                int read = in.read(scrap);
                if (read < 0) {
                    return;
                }
                dropped += read;
            }
        } catch (IOException | RuntimeException e) {
            // The caller has gone, or sends what is not HTTP: either way there is nobody to wait for.
            return;
        }
    }
}
