package io.diptych.server.internal;

import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the resource for a request, and turns whatever goes wrong into a problem document. */
final class Router implements Handler {

    private static final Logger log = LoggerFactory.getLogger(Router.class);

    /** What a caller may still send after its body was found too large, before the connection is cut. */
    private static final long MAX_DRAINED_BYTES = 16L * 1024 * 1024;

    private static final Duration MAX_DRAIN_TIME = Duration.ofSeconds(2);

    /** By how many segments their paths have. */
    private final Map<Integer, List<Route>> routes = new HashMap<>();

    private final RequestListener listener;

    /** Answers a request. */
    interface Action {
        void handle(Exchange exchange) throws Exception;
    }

    /** Is told of every answered request; the route is the template, so that there are few. */
    interface RequestListener {
        void answered(String method, String route, int status, long nanos);
    }

    private record Route(String method, String template, List<String> segments, Action action) {

        /** The parameters of a path that has as many segments, or null when it is another. */
        @Nullable
        Map<String, String> match(List<String> path) {
            Map<String, String> parameters = null;
            for (int i = 0; i < path.size(); i++) {
                String segment = segments.get(i);
                if (segment.startsWith("{")) {
                    if (path.get(i).isEmpty()) {
                        return null;
                    }
                    parameters = parameters == null ? new LinkedHashMap<>() : parameters;
                    parameters.put(segment.substring(1, segment.length() - 1), path.get(i));
                } else if (!segment.equals(path.get(i))) {
                    return null;
                }
            }
            return parameters == null ? Map.of() : parameters;
        }
    }

    Router(RequestListener listener) {
        this.listener = listener;
    }

    Router get(String template, Action action) {
        return add("GET", template, action);
    }

    Router post(String template, Action action) {
        return add("POST", template, action);
    }

    Router delete(String template, Action action) {
        return add("DELETE", template, action);
    }

    private Router add(String method, String template, Action action) {
        var route = new Route(method, template, List.of(template.substring(1).split("/", -1)), action);
        routes.computeIfAbsent(route.segments().size(), size -> new ArrayList<>())
                .add(route);
        return this;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        long start = System.nanoTime();
        var exchange = new Exchange(request, response);
        String template = "none";
        try {
            List<String> path = segments(exchange.rawPath());
            Route route = find(exchange, path);
            if (route == null) {
                refuse(exchange, path);
            } else {
                template = route.template();
                route.action().handle(exchange);
            }
        } catch (ProblemException e) {
            answer(exchange, e.problem());
        } catch (CloseConnectionException e) {
            throw e;
        } catch (RequestException e) {
            answer(exchange, unreadable(e));
        } catch (Exception | LinkageError | StackOverflowError e) {
            answer(exchange, internal(exchange, e));
        } finally {
            String method = template.equals("none") ? "any" : exchange.method();
            listener.answered(method, template, exchange.status(), System.nanoTime() - start);
        }
        if (exchange.closes()) {
            throw new CloseConnectionException("Either side wants the connection closed");
        }
    }

    private List<Route> asLongAs(List<String> path) {
        return routes.getOrDefault(path.size(), List.of());
    }

    private @Nullable Route find(Exchange exchange, List<String> path) {
        String method = exchange.isHead() ? "GET" : exchange.method();
        for (Route route : asLongAs(path)) {
            if (route.method().equals(method)) {
                Map<String, String> parameters = route.match(path);
                if (parameters != null) {
                    exchange.pathParameters(parameters);
                    return route;
                }
            }
        }
        return null;
    }

    /** There is no such path, or it does not have this method, or the caller asks what it has. */
    private void refuse(Exchange exchange, List<String> path) {
        var allowed = new TreeSet<String>();
        for (Route route : asLongAs(path)) {
            if (route.match(path) != null) {
                allowed.add(route.method());
            }
        }
        if (allowed.isEmpty()) {
            throw Problem.Type.NOT_FOUND.exception(
                    "There is nothing at [" + exchange.rawPath() + "]: /openapi.json lists what there is");
        }
        if (allowed.contains("GET")) {
            allowed.add("HEAD");
        }
        allowed.add("OPTIONS");
        String allow = String.join(", ", allowed);
        exchange.set("Allow", allow);
        if (exchange.method().equals("OPTIONS")) {
            exchange.empty(204);
        } else {
            exchange.problem(Problem.Type.METHOD_NOT_ALLOWED.with(
                    "[" + exchange.rawPath() + "] does not have the method [" + exchange.method() + "]: use " + allow));
        }
    }

    private static void answer(Exchange exchange, Problem problem) {
        if (exchange.isSent()) {
            throw new CloseConnectionException("The answer had begun before this came up: " + problem.detail());
        }
        boolean tooLarge = problem.type() == Problem.Type.TOO_LARGE;
        if (tooLarge || problem.type() == Problem.Type.BAD_REQUEST) {
            exchange.closeAfterwards();
        }
        exchange.problem(problem);
        if (tooLarge && !exchange.expectsContinue()) {
            exchange.drain(MAX_DRAINED_BYTES, MAX_DRAIN_TIME.toNanos());
        }
    }

    /** The body ended the HTTP server's patience: nothing after it can be made sense of. */
    private static Problem unreadable(RequestException e) {
        return e.status().code() == Problem.Type.TOO_LARGE.status()
                ? Body.tooLarge("more than " + HttpServer.MAX_PAYLOAD_BYTES + " bytes")
                        .problem()
                : Problem.Type.BAD_REQUEST.with("The body is not framed as HTTP wants it: " + e.getMessage());
    }

    private static Problem internal(Exchange exchange, Throwable cause) {
        String errorId = UUID.randomUUID().toString();
        log.error("{} {} failed, error id {}", exchange.method(), exchange.rawPath(), errorId, cause);
        return Problem.Type.INTERNAL.with(
                "The server failed on this request; its log has the cause under the error id [" + errorId + "]",
                Map.of("errorId", errorId));
    }

    private static List<String> segments(String rawPath) {
        var segments = new ArrayList<String>();
        for (String segment : rawPath.substring(rawPath.startsWith("/") ? 1 : 0).split("/", -1)) {
            segments.add(pathDecoded(segment));
        }
        return segments;
    }

    private static String pathDecoded(String segment) {
        if (segment.indexOf('%') < 0) {
            return segment;
        }
        try {
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Problem.Type.BAD_REQUEST.exception(
                    "The path has [" + segment + "], which is not percent-encoded: write a literal % as %25");
        }
    }
}
