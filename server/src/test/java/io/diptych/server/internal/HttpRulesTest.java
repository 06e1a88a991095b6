package io.diptych.server.internal;

import static io.diptych.server.internal.CommandApiTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diptych.ConfigurationException;
import io.diptych.message.Problem;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpRulesTest extends HttpTest {

    private static final byte[] TWO_MEBIBYTES =
            ("{\"orderId\":\"" + "x".repeat(2 * 1024 * 1024) + "\"}").getBytes(StandardCharsets.UTF_8);

    @Test
    void an_unknown_path_is_a_problem() throws Exception {
        assertProblem(get("/nope"), 404, "not-found", "[/nope]");
        assertProblem(get("/api/commands/"), 404, "not-found", "[/api/commands/]");
    }

    @Test
    void a_method_that_the_path_lacks_is_answered_with_those_it_has() throws Exception {
        HttpResponse<String> onCommand = get("/api/commands/CreateOrder");
        HttpResponse<String> onRow = send(HttpRequest.newBuilder(uri("/api/read-models/order_summary/o-1"))
                .DELETE());

        assertProblem(onCommand, 405, "method-not-allowed", "[GET]");
        assertThat(header(onCommand, "Allow")).isEqualTo("OPTIONS, POST");
        assertProblem(onRow, 405, "method-not-allowed", "[DELETE]");
        assertThat(header(onRow, "Allow")).isEqualTo("GET, HEAD, OPTIONS");
    }

    @Test
    void options_tells_the_methods_and_allows_no_other_origin() throws Exception {
        HttpResponse<String> response = send(
                HttpRequest.newBuilder(uri("/api/commands/CreateOrder")).method("OPTIONS", BodyPublishers.noBody()),
                "Origin",
                "https://evil.example",
                "Access-Control-Request-Method",
                "POST");

        assertThat(response.statusCode()).isEqualTo(204);
        assertThat(header(response, "Allow")).isEqualTo("OPTIONS, POST");
        assertThat(response.headers().map().keySet()).noneMatch(name -> name.startsWith("access-control"));
    }

    @Test
    void head_has_the_headers_of_get_and_no_body() throws Exception {
        create("o-1");
        HttpResponse<String> get = get("/api/read-models/order_summary/o-1");
        HttpResponse<String> head = send(HttpRequest.newBuilder(uri("/api/read-models/order_summary/o-1"))
                .HEAD());
        HttpResponse<String> missing = send(HttpRequest.newBuilder(uri("/api/read-models/order_summary/o-9"))
                .HEAD());

        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        assertThat(header(head, "Content-Length")).isEqualTo(header(get, "Content-Length"));
        assertThat(header(head, "ETag")).isEqualTo("\"1\"");
        assertThat(missing.statusCode()).isEqualTo(404);
    }

    @Test
    void a_body_that_is_too_large_is_a_413_that_the_caller_gets_to_read() throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri("/api/commands/CreateOrder")).header("Content-Type", "application/json");

        HttpResponse<String> announced = send(request.copy().POST(BodyPublishers.ofByteArray(TWO_MEBIBYTES)));
        HttpResponse<String> chunked =
                send(request.copy().POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(TWO_MEBIBYTES))));

        assertProblem(announced, 413, "too-large", "[" + TWO_MEBIBYTES.length + " bytes]");
        assertProblem(chunked, 413, "too-large", "more than 1048576 bytes");
        assertThat(node.received).isEmpty();
    }

    @Test
    void a_too_large_body_in_one_chunk_is_a_413_too() throws Exception {
        String head =
                "POST /api/commands/CreateOrder HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
        String chunk = Integer.toHexString(TWO_MEBIBYTES.length) + "\r\n";
        byte[] request = (head + chunk + new String(TWO_MEBIBYTES, StandardCharsets.UTF_8) + "\r\n0\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8);

        assertProblem(RawSocket.send(server.port(), request), 413, "too-large", "more than 1048576 bytes");
    }

    @Test
    void a_caller_that_asks_first_is_refused_before_it_sends() throws Exception {
        RawSocket response = RawSocket.send(
                server.port(),
                "POST /api/commands/CreateOrder HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2097152\r\n"
                        + "Expect: 100-continue\r\n\r\n");

        assertProblem(response, 413, "too-large", "[2097152 bytes]");
    }

    @Test
    void a_body_of_the_largest_size_is_taken() throws Exception {
        String order = "{\"orderId\":\"o-1\",\"product\":\"" + "x".repeat(1024 * 1024 - 50) + "\",\"quantity\":1}";

        assertThat(order.length()).isBetween(1024 * 1024 - 10, 1024 * 1024);
        assertThat(post("/api/commands/CreateOrder", order).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET\r\n\r\n",
                "nonsense nonsense nonsense\r\n\r\n",
                "GET /health/live HTTP/1.1\r\n\r\n",
                "GET /health/live HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /health/live HTTP/1.1\r\nHost: localhost\r\nno colon\r\n\r\n",
                "GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                "GET / HTTP/3.7\r\nHost: localhost\r\n\r\n",
                "POST /api/commands/CreateOrder HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n",
                "POST /api/commands/CreateOrder HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /api/commands/CreateOrder HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
            })
    void what_is_not_http_is_refused_with_a_problem(String request) throws Exception {
        RawSocket response = RawSocket.send(server.port(), request);

        assertThat(response.statusCode())
                .as(response.body())
                .isBetween(400, 505)
                .isNotEqualTo(500);
        assertThat(header(response, "Content-Type")).isEqualTo("application/problem+json");
        assertThat(json(response).get("type").asString()).isEqualTo("/problems/bad-request");
        assertThat(json(response).get("status").asInt()).isEqualTo(response.statusCode());
    }

    @Test
    void headers_that_are_too_long_are_refused_with_a_problem() throws Exception {
        RawSocket response = RawSocket.send(
                server.port(), "GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: " + "x".repeat(20_000) + "\r\n\r\n");

        assertThat(response.statusCode()).isBetween(400, 431);
        assertThat(header(response, "Content-Type")).isEqualTo("application/problem+json");
    }

    @ParameterizedTest
    @EnumSource(Problem.Type.class)
    void every_problem_type_has_a_page_with_cause_and_way_out(Problem.Type type) throws Exception {
        HttpResponse<String> page = get(type.uri());

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains(type.title()).contains("Cause").contains("Way out");
        assertThat(get("/problems").body()).contains(type.uri());
    }

    @ParameterizedTest
    @EnumSource(Problem.Type.class)
    void the_documentation_says_of_every_problem_type_what_its_page_says(Problem.Type type) throws Exception {
        ProblemPages.Advice advice = ProblemPages.adviceOn(type);

        assertThat(Path.of("..", "docs", "http-api.md"))
                .content()
                .contains("| `" + type.slug() + "` | " + type.status() + " | " + advice.cause() + " | "
                        + advice.wayOut() + " |");
    }

    @Test
    void an_unknown_problem_type_is_a_404() throws Exception {
        assertProblem(get("/problems/nope"), 404, "not-found", "[nope]");
    }

    @Test
    void a_port_in_use_is_named_with_the_way_out() {
        var settings = new ServerSettings("127.0.0.1", server.port(), 1, Duration.ofSeconds(1), Set.of());

        assertThatThrownBy(() -> HttpServer.start(node, flows, metrics, settings))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("[" + server.port() + "]")
                .hasMessageContaining("--port");
    }

    @Test
    void the_page_comes_with_a_strict_policy_and_only_files_that_are_listed() throws Exception {
        HttpResponse<String> page = get("/");

        assertThat(page.body()).contains("<title>Diptych</title>").doesNotContain("<style", "onclick=");
        assertThat(header(page, "Content-Security-Policy")).startsWith("default-src 'self'");
        assertThat(get("/assets/page.js").statusCode()).isEqualTo(200);
        assertThat(get("/assets/page.js", "If-None-Match", header(get("/assets/page.js"), "ETag"))
                        .statusCode())
                .isEqualTo(304);
        assertThat(RawSocket.get(server.port(), "/assets/..%2F..%2Fx").statusCode())
                .isEqualTo(404);
    }
}
