package io.diptych.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.message.Problem;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class AggregateApiTest extends HttpTest {

    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    @BeforeEach
    void an_order_with_three_events() throws Exception {
        create("o-1", "Idempotency-Key", "k-1", "traceparent", TRACE);
        for (int i = 2; i <= 3; i++) {
            post("/api/commands/CancelOrder", "{\"orderId\":\"o-1\",\"reason\":\"r-" + i + "\"}");
        }
    }

    @Test
    void the_state_comes_with_its_version_as_the_etag_digit_for_digit() throws Exception {
        HttpResponse<String> response = get("/api/aggregates/order/o-1");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(header(response, "ETag")).isEqualTo("\"3\"");
        assertThat(response.body())
                .isEqualTo("{\"aggregate\":\"order\",\"id\":\"o-1\",\"version\":3,\"stateType\":\"Count\","
                        + "\"state\":{\"events\":3,\"price\":10.50}}");
    }

    @Test
    void a_caller_that_has_the_version_is_told_so_with_304() throws Exception {
        HttpResponse<String> same = get("/api/aggregates/order/o-1", "If-None-Match", "\"3\"");
        HttpResponse<String> older = get("/api/aggregates/order/o-1", "If-None-Match", "\"2\"");

        assertThat(same.statusCode()).isEqualTo(304);
        assertThat(same.body()).isEmpty();
        assertThat(older.statusCode()).isEqualTo(200);
    }

    @Test
    void the_state_as_of_a_version_is_that_one() throws Exception {
        JsonNode state = json(get("/api/aggregates/order/o-1?version=2"));

        assertThat(state.get("version").asInt()).isEqualTo(2);
        assertThat(state.get("state").get("events").asInt()).isEqualTo(2);
    }

    @Test
    void an_event_is_told_with_all_that_is_known_of_it() throws Exception {
        JsonNode page = json(get("/api/aggregates/order/o-1/events"));

        assertThat(page.get("version").asInt()).isEqualTo(3);
        assertThat(page.get("next").isNull()).isTrue();
        assertThat(page.get("events")).hasSize(3);
        assertThat(page.get("events").get(0))
                .hasToString("{\"version\":1,\"type\":\"OrderCreated\","
                        + "\"data\":{\"orderId\":\"o-1\",\"product\":\"Widget\",\"quantity\":2},"
                        + "\"id\":\"o-1@1\",\"time\":\"1970-01-01T00:00:00Z\",\"causationId\":\"k-1\","
                        + "\"correlationId\":\"k-1\",\"traceparent\":\"" + TRACE
                        + "\",\"partition\":0,\"offset\":0}");
    }

    @Test
    void the_next_page_is_linked_until_there_is_none() throws Exception {
        HttpResponse<String> first = get("/api/aggregates/order/o-1/events?limit=2");
        HttpResponse<String> second = get("/api/aggregates/order/o-1/events?from=3&limit=2");

        assertThat(header(first, "Link")).isEqualTo("</api/aggregates/order/o-1/events?from=3&limit=2>; rel=\"next\"");
        assertThat(json(first).get("next").asInt()).isEqualTo(3);
        assertThat(json(first).get("events")).hasSize(2);
        assertThat(header(second, "Link")).isEmpty();
        assertThat(json(second).get("events")).hasSize(1);
    }

    @Test
    void past_the_last_event_there_is_an_empty_page_to_ask_for_again() throws Exception {
        JsonNode page = json(get("/api/aggregates/order/o-1/events?from=4"));

        assertThat(page.get("events")).isEmpty();
        assertThat(page.get("next").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "/api/aggregates/order/o-9, 404, not-found, [o-9]",
        "/api/aggregates/order/o-9/events, 404, not-found, [o-9]",
        "/api/aggregates/ship/o-1, 404, unknown-aggregate, [ship]",
        "/api/aggregates/order/o-1?version=4, 404, not-found, the last is [3]",
        "/api/aggregates/order/o-1?version=0, 400, invalid-query, [0]",
        "/api/aggregates/order/o-1?version=x, 400, invalid-query, [x]",
        "/api/aggregates/order/o-1?versoin=1, 400, invalid-query, [versoin]",
        "/api/aggregates/order/o-1/events?limit=501, 400, invalid-query, at most 500",
        "/api/aggregates/order/o-1/events?from=-1, 400, invalid-query, [-1]",
        "/api/aggregates/order/o-1/events?from=1&from=2, 400, invalid-query, given twice"
    })
    void what_cannot_be_answered_is_refused(String path, int status, String type, String detail) throws Exception {
        HttpResponse<String> response = get(path);

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(json(response).get("type").asString()).isEqualTo("/problems/" + type);
        assertThat(json(response).get("detail").asString()).contains(detail);
    }

    @Test
    void an_owner_that_is_away_means_503_and_when_to_try_again() throws Exception {
        node.history.failure = Problem.Type.UNAVAILABLE.exception("The owner has not answered");

        HttpResponse<String> response = get("/api/aggregates/order/o-1", "Prefer", "wait=1");

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(header(response, "Retry-After")).isEqualTo("2");
        assertThat(header(response, "Preference-Applied")).isEqualTo("wait=1");
        assertThat(node.history.lastWait).isEqualTo(Duration.ofSeconds(1));
    }
}
