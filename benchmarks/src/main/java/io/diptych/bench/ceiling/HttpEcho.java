package io.diptych.bench.ceiling;

import io.diptych.bench.subject.Subject;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The HTTP server of a node, set up as that is, which answers at once: a body with itself, a query with a row that never
 * changes.
 */
public final class HttpEcho {

    /** As large as an order's row. */
    private static final byte[] ROW =
            ("{\"orderId\":\"o-123456\",\"product\":\"P-123\",\"quantity\":3,\"unitPrice\":9.95,"
                            + "\"customerId\":\"C-1234\",\"country\":\"France\",\"orderedAt\":\"2026-11-01T08:30:00Z\","
                            + "\"status\":\"DELIVERED\",\"version\":4}")
                    .getBytes(StandardCharsets.UTF_8);

    private HttpEcho() {}

    /** Listens on a free port. */
    public static void main(String[] args) {
        Subject.listen(Map.of());
        WebServer server = WebServer.builder()
                .host("127.0.0.1")
                .port(0)
                .shutdownHook(false)
                .maxPayloadSize(16L * 1024 * 1024)
                .protocolsDiscoverServices(false)
                .addProtocol(Http1Config.builder().validatePrologue(false).build())
                .routing((HttpRouting.Builder routing) ->
                        routing.post("/{any}", HttpEcho::echo).get("/{any}", HttpEcho::row))
                .build()
                .start();
        Subject.ready("http://127.0.0.1:" + server.port(), "");
    }

    private static void echo(ServerRequest request, ServerResponse response) {
        response.header(HeaderValues.CONTENT_TYPE_JSON).send(request.content().as(byte[].class));
    }

    private static void row(ServerRequest request, ServerResponse response) {
        response.header(HeaderValues.CONTENT_TYPE_JSON).send(ROW);
    }
}
