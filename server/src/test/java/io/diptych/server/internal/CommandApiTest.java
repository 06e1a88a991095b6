package io.diptych.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandApiTest extends HttpTest {

    @Test
    void an_accepted_command_is_answered_with_version_events_and_token() throws Exception {
        HttpResponse<String> response = create("o-1", "Idempotency-Key", "k-1");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .isEqualTo("{\"aggregate\":\"order\",\"id\":\"o-1\",\"version\":1,\"events\":[\"OrderCreated\"],"
                        + "\"token\":\"order:0:0\"}");
        assertThat(header(response, "Content-Type")).isEqualTo("application/json");
        assertThat(header(response, "Consistency-Token")).isEqualTo("order:0:0");
        assertThat(header(response, "ETag")).isEqualTo("\"1\"");
        assertThat(header(response, "Idempotency-Key")).isEqualTo("k-1");
    }

    @Test
    void a_command_without_a_key_gets_one() throws Exception {
        HttpResponse<String> response = create("o-1");

        assertThat(header(response, "Idempotency-Key"))
                .hasSize(36)
                .isEqualTo(node.received.getFirst().id());
    }

    @Test
    void a_quoted_key_is_the_same_key() throws Exception {
        HttpResponse<String> first = create("o-1", "Idempotency-Key", "k-1");
        HttpResponse<String> second = create("o-1", "Idempotency-Key", "\"k-1\"");

        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(second.body()).isEqualTo(first.body());
    }

    @Test
    void the_snake_case_spelling_of_a_type_reaches_the_gateway() throws Exception {
        assertThat(post("/api/commands/create_order", ORDER).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "7", "W/\"7\"", "\"seven\"", "\"1\", \"2\"", "\"-1\""})
    void an_if_match_that_is_not_one_version_is_named(String value) throws Exception {
        HttpResponse<String> response = create("o-1", "If-Match", value);

        assertProblem(response, 400, "invalid-header", "[" + value + "]");
        assertThat(node.received).isEmpty();
    }

    @Test
    void a_key_with_a_space_is_named() throws Exception {
        assertProblem(create("o-1", "Idempotency-Key", "two words"), 400, "invalid-header", "[two words]");
    }

    @Test
    void a_version_conflict_says_the_current_version() throws Exception {
        create("o-1");
        HttpResponse<String> response =
                post("/api/commands/CancelOrder", "{\"orderId\":\"o-1\",\"reason\":\"late\"}", "If-Match", "\"7\"");

        assertProblem(response, 409, "version-conflict", "[7]");
        assertThat(json(response).get("currentVersion").asLong()).isEqualTo(1);
    }

    @Test
    void a_rejection_carries_its_code() throws Exception {
        HttpResponse<String> response =
                post("/api/commands/CreateOrder", "{\"orderId\":\"o-1\",\"product\":\"Widget\",\"quantity\":0}");

        assertProblem(response, 422, "rejected", "[0]");
        assertThat(json(response).get("code").asString()).isEqualTo("invalid-quantity");
    }

    @Test
    void an_unknown_type_broken_json_and_a_missing_field_are_told_apart() throws Exception {
        assertProblem(post("/api/commands/Nope", ORDER), 404, "unknown-command", "[Nope]");
        assertProblem(post("/api/commands/CreateOrder", "{oops"), 400, "malformed", "not JSON");
        assertProblem(post("/api/commands/CreateOrder", "{}"), 400, "invalid-command", "[orderId]");
    }

    @Test
    void respond_async_answers_as_soon_as_the_command_is_durable() throws Exception {
        node.replies = false;

        HttpResponse<String> response = create("o-1", "Prefer", "respond-async", "Idempotency-Key", "k/1");

        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(response.body()).isEqualTo("{\"aggregate\":\"order\",\"id\":\"o-1\",\"commandId\":\"k/1\"}");
        assertThat(header(response, "Preference-Applied")).isEqualTo("respond-async");
        assertThat(header(response, "Location")).isEqualTo("/api/flows/k%2F1");
        assertThat(get(header(response, "Location")).statusCode()).isEqualTo(200);
    }

    @Test
    void a_reply_that_does_not_come_in_time_is_a_202_that_says_how_to_ask_again() throws Exception {
        node.replies = false;

        HttpResponse<String> response = create("o-1", "Prefer", "wait=0");

        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(json(response).get("detail").asString()).contains("durable").contains("Idempotency-Key");
        assertThat(header(response, "Preference-Applied")).isEqualTo("wait=0");
    }

    @Test
    void a_command_that_kafka_does_not_confirm_is_a_503_that_does_not_claim_anything() throws Exception {
        node.replies = false;
        node.confirms = false;

        HttpResponse<String> response = create("o-1", "Idempotency-Key", "k-1");

        assertProblem(response, 503, "unavailable", "[k-1]");
        assertThat(header(response, "Retry-After")).isNotEmpty();
    }

    @Test
    void a_valid_trace_context_is_passed_on_and_an_invalid_one_is_not() throws Exception {
        String valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        create("o-1", "traceparent", valid);
        create("o-2", "traceparent", "00-00000000000000000000000000000000-00f067aa0ba902b7-01");
        create("o-3", "traceparent", "nonsense");

        assertThat(node.received).extracting("traceparent").containsExactly(valid, null, null);
    }

    @Test
    void only_json_is_taken() throws Exception {
        HttpRequest.Builder form =
                HttpRequest.newBuilder(uri("/api/commands/CreateOrder")).POST(BodyPublishers.ofString(ORDER));

        assertProblem(
                send(form.copy().header("Content-Type", "text/plain")), 415, "unsupported-media-type", "[text/plain]");
        assertProblem(
                send(form.copy()
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .header("Origin", "http://127.0.0.1:" + server.port())),
                415,
                "unsupported-media-type",
                "[application/x-www-form-urlencoded]");
        assertThat(send(form.copy().header("Content-Type", "application/cloudevents+json; charset=UTF-8"))
                        .statusCode())
                .isEqualTo(200);
        HttpRequest.Builder untyped = HttpRequest.newBuilder(uri("/api/commands/CreateOrder"))
                .POST(BodyPublishers.ofString(ORDER.replace("o-1", "o-2")));
        assertThat(send(untyped).statusCode()).isEqualTo(200);
    }

    @Test
    void what_curl_sends_is_taken_although_it_calls_it_a_form() throws Exception {
        HttpRequest.Builder curl = HttpRequest.newBuilder(uri("/api/commands/CreateOrder"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(ORDER));

        assertThat(send(curl).statusCode()).isEqualTo(200);
    }

    @Test
    void pages_of_other_origins_may_not_send_commands() throws Exception {
        String self = "http://127.0.0.1:" + server.port();

        assertProblem(create("o-1", "Origin", "https://evil.example"), 403, "cross-origin", "[https://evil.example]");
        assertProblem(create("o-1", "Sec-Fetch-Site", "cross-site"), 403, "cross-origin", "[cross-site]");
        assertProblem(create("o-1", "Origin", "null"), 403, "cross-origin", "[null]");
        assertThat(node.received).isEmpty();
        assertThat(create("o-1", "Origin", self, "Sec-Fetch-Site", "same-origin")
                        .statusCode())
                .isEqualTo(200);
        assertThat(create("o-2", "Origin", "https://shop.example", "Sec-Fetch-Site", "cross-site")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void more_commands_than_may_be_in_flight_are_turned_away() throws Exception {
        node.replies = false;
        CompletableFuture<HttpResponse<String>> first = inBackground("o-1");
        CompletableFuture<HttpResponse<String>> second = inBackground("o-2");
        while (node.received.size() < 2) {
            Thread.onSpinWait();
        }

        HttpResponse<String> third = create("o-3");

        assertProblem(third, 503, "overloaded", "[2]");
        assertThat(header(third, "Retry-After")).isEqualTo("1");
        assertThat(first.get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(202);
        assertThat(second.get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(202);
        node.replies = true;
        assertThat(create("o-3").statusCode()).isEqualTo(200);
    }

    private CompletableFuture<HttpResponse<String>> inBackground(String id)
            throws InterruptedException, ExecutionException, TimeoutException {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return create(id);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void kafka_away_is_a_503_with_retry_after() throws Exception {
        node.kafkaUp = false;

        HttpResponse<String> response = create("o-1");

        assertProblem(response, 503, "unavailable", "[localhost:9092]");
        assertThat(header(response, "Retry-After")).isEqualTo("2");
    }

    @Test
    void a_bug_is_told_by_an_id_and_not_by_a_stack_trace() throws Exception {
        node.bug = new IllegalStateException("secret");

        HttpResponse<String> response = create("o-1");

        assertProblem(response, 500, "internal", "error id");
        assertThat(json(response).get("errorId").asString()).hasSize(36);
        assertThat(response.body()).doesNotContain("secret");
    }

    static void assertProblem(HttpResponse<String> response, int status, String slug, String inDetail) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(header(response, "Content-Type")).isEqualTo("application/problem+json");
        assertThat(json(response).get("type").asString()).isEqualTo("/problems/" + slug);
        assertThat(json(response).get("status").asInt()).isEqualTo(status);
        assertThat(json(response).get("title").asString()).isNotEmpty();
        assertThat(json(response).get("instance").asString()).startsWith("/");
        assertThat(json(response).get("detail").asString()).contains(inDetail);
    }
}
