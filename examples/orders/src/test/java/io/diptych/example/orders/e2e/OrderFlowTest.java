package io.diptych.example.orders.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.example.orders.e2e.Api.Answer;
import io.diptych.example.orders.e2e.RunningDemo.Demo;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The flow as a caller of the HTTP API goes through it, against the demo as it is run. */
@ExtendWith(RunningDemo.class)
@ResourceLock(RunningDemo.LOCK)
class OrderFlowTest {

    private final String id = "o-" + UUID.randomUUID();
    private Api api;

    @BeforeEach
    void start(Demo demo) {
        api = demo.api();
    }

    @Test
    void a_caller_reads_its_own_write() throws Exception {
        Answer created = create(id, 2);

        assertThat(created.status()).isEqualTo(200);
        assertThat(created.json().get("version").asInt()).isEqualTo(1);
        assertThat(created.json().get("events").get(0).asString()).isEqualTo("OrderCreated");
        assertThat(created.header("Consistency-Token"))
                .isEqualTo(created.json().get("token").asString());
        Answer row = row(created);
        assertThat(row.status()).isEqualTo(200);
        assertThat(row.json().get("status").asString()).isEqualTo("CREATED");
        assertThat(row.json().get("version").asInt()).isEqualTo(1);
    }

    @Test
    void an_order_goes_through_its_life_and_each_read_sees_the_write_before_it() throws Exception {
        create(id, 2);
        String[][] steps = {{"PayOrder", "PAID"}, {"ShipOrder", "SHIPPED"}, {"DeliverOrder", "DELIVERED"}};
        for (int i = 0; i < steps.length; i++) {
            Answer done = api.send(steps[i][0], "{\"orderId\":\"" + id + "\"}", "If-Match", "\"" + (i + 1) + "\"");
            assertThat(done.status()).as(done.response().body()).isEqualTo(200);
            assertThat(row(done).json().get("status").asString()).isEqualTo(steps[i][1]);
        }
    }

    @Test
    void an_order_tells_how_it_stands_how_it_stood_and_what_happened_to_it() throws Exception {
        create(id, 2);
        order("PayOrder", id);
        String path = "/api/aggregates/order/" + id;

        Answer now = api.get(path);
        Answer before = api.get(path + "?version=1");
        var events = api.get(path + "/events").json().get("events");

        assertThat(now.header("ETag")).isEqualTo("\"2\"");
        assertThat(now.json().get("state").get("status").asString()).isEqualTo("PAID");
        assertThat(before.json().get("state").get("status").asString()).isEqualTo("CREATED");
        assertThat(events).hasSize(2);
        assertThat(events.get(0).get("type").asString()).isEqualTo("OrderCreated");
        assertThat(events.get(1).get("version").asInt()).isEqualTo(2);
        assertProblem(api.get(path + "?version=3"), 404, "/problems/not-found", "[2]");
    }

    @Test
    void a_cancelled_order_leaves_the_demand_for_its_product() throws Exception {
        String product = "p-" + id;
        send(id, product, 2);
        send(id + "-b", product, 5);
        Answer cancelled = api.send("CancelOrder", "{\"orderId\":\"" + id + "\",\"reason\":\"changed my mind\"}");

        var demand = api.get(
                        "/api/read-models/product_demand/" + product,
                        "Consistency-Token",
                        cancelled.header("Consistency-Token"))
                .json();

        assertThat(demand.get("orders").asInt()).isEqualTo(1);
        assertThat(demand.get("units").asInt()).isEqualTo(5);
    }

    @Test
    void the_same_idempotency_key_gives_the_same_answer_and_no_second_event(Demo demo) throws Exception {
        String body = "{\"orderId\":\"" + id + "\",\"product\":\"Widget\",\"quantity\":2}";
        Answer first = api.send("CreateOrder", body, "Idempotency-Key", "key-" + id);
        Answer again = api.send("CreateOrder", body, "Idempotency-Key", "key-" + id);

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json()).isEqualTo(first.json());
        assertThat(Events.perKey(demo.kafka(), "orders.order.events")).containsEntry(id, 1);
    }

    @Test
    void another_version_is_a_conflict_that_names_the_version() throws Exception {
        create(id, 2);

        Answer conflict = api.send("PayOrder", "{\"orderId\":\"" + id + "\"}", "If-Match", "\"7\"");

        assertProblem(conflict, 409, "/problems/version-conflict", "[7]");
        assertThat(conflict.json().get("currentVersion").asInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    CreateOrder  | {'orderId':'x','product':'W','quantity':0}    | 422 | rejected        | [0]
                    PayOrder     | {'orderId':'nobody'}                           | 422 | rejected        | [nobody]
                    DropOrder    | {}                                             | 404 | unknown-command | [DropOrder]
                    CreateOrder  | {'orderId':                                    | 400 | malformed       | column
                    CreateOrder  | {'orderId':'x','quantity':2}                   | 400 | invalid-command | [product]
                    CreateOrder  | {'orderId':'x','product':'W','quantity':'two'} | 400 | invalid-command | [two]
                    """)
    void bad_input_is_a_problem_that_names_the_value(String type, String body, int status, String problem, String named)
            throws Exception {
        assertProblem(api.send(type, body.replace('\'', '"')), status, "/problems/" + problem, named);
    }

    @Test
    void a_body_of_two_mebibytes_is_too_large() throws Exception {
        Answer answer = api.send("CreateOrder", " ".repeat(2 * 1024 * 1024));

        assertProblem(answer, 413, "/problems/too-large", "1048576");
    }

    @Test
    void the_domains_codes_are_stable() throws Exception {
        create(id, 2);

        assertThat(create(id, 2).json().get("code").asString()).isEqualTo("order-exists");
        assertThat(create(id + "-0", 0).json().get("code").asString()).isEqualTo("invalid-quantity");
        assertThat(order("PayOrder", id + "-none").json().get("code").asString())
                .isEqualTo("order-not-found");
        assertThat(order("ShipOrder", id).json().get("code").asString()).isEqualTo("invalid-transition");
    }

    @Test
    void rows_are_filtered_sorted_paged_and_counted() throws Exception {
        String customer = "c-" + id;
        Answer last = null;
        for (int i = 0; i < 5; i++) {
            last = api.send(
                    "CreateOrder",
                    "{\"orderId\":\"%s-%d\",\"product\":\"W\",\"quantity\":%d,\"customerId\":\"%s\"}"
                            .formatted(id, i, i + 1, customer));
        }
        String path = "/api/read-models/order_summary?customerId=" + customer + "&sort=-quantity&limit=2&count=true";

        var first = api.get(path, "Consistency-Token", last.header("Consistency-Token"))
                .json();
        var second = api.get(path + "&cursor=" + first.get("cursor").asString()).json();

        assertThat(first.get("count").asInt()).isEqualTo(5);
        assertThat(first.get("rows").get(0).get("quantity").asInt()).isEqualTo(5);
        assertThat(second.get("rows").get(0).get("quantity").asInt()).isEqualTo(3);
        var some = api.get("/api/read-models/order_summary?customerId=" + customer
                        + "&quantity[gte]=2&quantity[lt]=5&order_id[prefix]=" + id + "&sort=quantity")
                .json()
                .get("rows");
        assertThat(some.valueStream().map(row -> row.get("quantity").asInt())).containsExactly(2, 3, 4);
    }

    @Test
    void a_query_of_the_apps_own_sums_up_what_the_caller_has_just_written() throws Exception {
        String country = "land-" + id;
        Answer last = null;
        for (int i = 1; i <= 3; i++) {
            last = api.send("CreateOrder", """
                    {"orderId":"%s-%d","product":"W","quantity":%d,"unitPrice":1.50,"customerId":"%s","country":"%s"}""".formatted(id, i, i, i < 3 ? "a" : "b", country));
        }
        String path = "/api/queries/top_customers?country=" + country;

        Answer answer = api.get(path, "Consistency-Token", last.header("Consistency-Token"));

        assertThat(answer.response().body())
                .isEqualTo("{\"rows\":[{\"customerId\":\"a\",\"orders\":2,\"revenue\":4.50},"
                        + "{\"customerId\":\"b\",\"orders\":1,\"revenue\":4.50}]}");
        assertThat(api.get(path + "&limit=1").json().get("rows")).hasSize(1);
        assertThat(api.get(path + "&until=2012-01-01T00:00:00Z").json().get("rows"))
                .isEmpty();
        assertProblem(api.get(path + "&limit=0"), 400, "/problems/invalid-query", "[0]");
        assertProblem(api.get(path + "&since=today"), 400, "/problems/invalid-query", "[today]");
        assertProblem(api.get("/api/queries/worst_customers"), 404, "/problems/unknown-query", "[top_customers]");
        Answer late = api.get(path, "Consistency-Token", "order:0:999999999", "Prefer", "wait=0");
        assertProblem(late, 503, "/problems/not-caught-up", "[order_summary]");
    }

    @Test
    void a_token_from_the_future_is_answered_with_503_and_never_with_a_stale_row() throws Exception {
        create(id, 2);

        Answer late = api.get(
                "/api/read-models/order_summary/" + id, "Consistency-Token", "order:0:999999999", "Prefer", "wait=1");

        assertProblem(late, 503, "/problems/not-caught-up", "order_summary");
        assertThat(late.header("Retry-After")).isNotEmpty();
    }

    @Test
    void health_metrics_and_the_api_description_are_there() throws Exception {
        create(id, 2);

        assertThat(api.get("/health/live").status()).isEqualTo(200);
        assertThat(api.get("/health/ready").json().get("status").asString()).isEqualTo("UP");
        Answer metrics = api.get("/metrics", "Accept", "application/openmetrics-text");
        assertThat(metrics.header("Content-Type")).startsWith("application/openmetrics-text");
        assertThat(metrics.response().body()).contains("accepted").endsWith("# EOF\n");
        var paths = api.get("/openapi.json").json().get("paths");
        assertThat(paths.has("/api/commands/CreateOrder")).isTrue();
        assertThat(paths.has("/api/read-models/order_summary")).isTrue();
    }

    private Answer create(String orderId, int quantity) throws Exception {
        return send(orderId, "Widget", quantity);
    }

    private Answer send(String orderId, String product, int quantity) throws Exception {
        return api.send(
                "CreateOrder",
                "{\"orderId\":\"%s\",\"product\":\"%s\",\"quantity\":%d}".formatted(orderId, product, quantity));
    }

    private Answer order(String type, String orderId) throws Exception {
        return api.send(type, "{\"orderId\":\"" + orderId + "\"}");
    }

    private Answer row(Answer of) throws Exception {
        return api.get("/api/read-models/order_summary/" + id, "Consistency-Token", of.header("Consistency-Token"));
    }

    private static void assertProblem(Answer answer, int status, String type, String named) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.json().get("type").asString()).isEqualTo(type);
        assertThat(answer.json().get("detail").asString()).contains(named);
    }
}
