package io.diptych.server.internal;

import static io.diptych.server.internal.CommandApiTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.message.ConsistencyToken;
import io.diptych.projection.ReadModelQueries.Freshness;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadModelApiTest extends HttpTest {

    @Test
    void a_row_is_read_by_its_key_with_its_version_as_etag() throws Exception {
        create("o-1");

        HttpResponse<String> response = get("/api/read-models/order_summary/o-1");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .isEqualTo("{\"orderId\":\"o-1\",\"version\":1,\"status\":\"CREATED\",\"product\":\"Widget\","
                        + "\"reason\":null}");
        assertThat(header(response, "ETag")).isEqualTo("\"1\"");
        assertThat(header(response, "Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void a_key_may_hold_any_character() throws Exception {
        create("a/b +%ü");

        HttpResponse<String> response = get("/api/read-models/order_summary/a%2Fb%20+%25%C3%BC");

        assertThat(json(response).get("orderId").asString()).isEqualTo("a/b +%ü");
    }

    @Test
    void a_missing_row_names_key_and_read_model() throws Exception {
        HttpResponse<String> response = get("/api/read-models/order_summary/o-9");

        assertProblem(response, 404, "not-found", "[o-9]");
        assertThat(response.body()).contains("[order_summary]");
    }

    @Test
    void a_token_makes_the_query_wait_for_the_row() throws Exception {
        node.projects = false;
        String token = header(create("o-1"), "Consistency-Token");
        CompletableFuture<Void> later = CompletableFuture.runAsync(
                node::catchUp, CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS));

        HttpResponse<String> response = get("/api/read-models/order_summary/o-1", "Consistency-Token", token);

        assertThat(response.statusCode()).isEqualTo(200);
        later.get(5, TimeUnit.SECONDS);
    }

    @Test
    void a_read_model_that_does_not_get_there_in_time_says_so() throws Exception {
        node.projects = false;
        String token = header(create("o-1"), "Consistency-Token");

        HttpResponse<String> response =
                get("/api/read-models/order_summary/o-1", "Consistency-Token", token, "Prefer", "wait=0");

        assertProblem(response, 503, "not-caught-up", "[order:0:0]");
        assertThat(header(response, "Retry-After")).isEqualTo("1");
    }

    @Test
    void the_wait_is_two_seconds_unless_said_otherwise_and_thirty_at_most() throws Exception {
        get("/api/read-models/order_summary");
        assertThat(node.lastFreshness).isEqualTo(new Freshness(null, Duration.ofSeconds(2)));

        HttpResponse<String> capped = get("/api/read-models/order_summary", "Prefer", "handling=strict, wait=90");

        assertThat(node.lastFreshness).isEqualTo(new Freshness(null, Duration.ofSeconds(30)));
        assertThat(header(capped, "Preference-Applied")).isEqualTo("wait=30");
    }

    @Test
    void an_answer_says_what_it_has_seen_and_how_far_it_is_behind() throws Exception {
        HttpResponse<String> nothing = get("/api/read-models/order_summary");
        assertThat(header(nothing, "Consistency-Token")).isEmpty();
        create("o-1");
        node.projects = false;
        create("o-2");

        for (String path : List.of("", "/o-1", "/o-2")) {
            HttpResponse<String> response = get("/api/read-models/order_summary" + path);
            assertThat(header(response, "Consistency-Token")).as(path).isEqualTo("order:0:0");
            assertThat(header(response, "Read-Model-Lag-Events")).as(path).isEqualTo("1");
            assertThat(header(response, "Read-Model-Lag-Seconds")).as(path).isEqualTo("1.250");
        }
    }

    @Test
    void a_greatest_age_is_asked_for_in_seconds() throws Exception {
        for (String path : List.of("", "/o-1")) {
            get("/api/read-models/order_summary" + path + "?max-staleness=0.25");
            assertThat(node.lastFreshness)
                    .isEqualTo(new Freshness(null, Duration.ofMillis(250), Duration.ofSeconds(2)));
        }
        for (String wrong : List.of("-1", "1e3", "soon", "", "1.", "9999999999")) {
            assertProblem(
                    get("/api/read-models/order_summary/o-1?max-staleness=" + wrong),
                    400,
                    "invalid-query",
                    "[" + wrong + "]");
        }
    }

    @Test
    void a_token_may_come_in_several_headers_and_pieces() throws Exception {
        get(
                "/api/read-models/order_summary",
                "Consistency-Token",
                "order:0:-1;3:7",
                "Consistency-Token",
                "a:1:2, b:0:0",
                "Prefer",
                "wait=0");

        assertThat(node.lastFreshness)
                .isEqualTo(new Freshness(ConsistencyToken.parse("a:1:2,b:0:0,order:0:-1,order:3:7"), Duration.ZERO));
    }

    @Test
    void a_token_that_is_not_ours_is_named() throws Exception {
        assertProblem(get("/api/read-models/order_summary", "Consistency-Token", "abc"), 400, "invalid-token", "[abc]");
    }

    @Test
    void a_list_is_filtered_counted_and_paged_by_links() throws Exception {
        create("o-1");
        create("o-2");
        create("o-3");
        post("/api/commands/CancelOrder", "{\"orderId\":\"o-3\",\"reason\":\"late\"}");

        HttpResponse<String> first = get("/api/read-models/order_summary?status=CREATED&limit=1&count=true");

        assertThat(json(first).get("rows").size()).isEqualTo(1);
        assertThat(json(first).get("count").asLong()).isEqualTo(2);
        String link = header(first, "Link");
        assertThat(link)
                .isEqualTo("</api/read-models/order_summary?status=CREATED&limit=1&count=true&cursor=1>; rel=\"next\"");

        HttpResponse<String> second = get(link.substring(1, link.indexOf('>')));

        assertThat(json(second).get("rows").get(0).get("orderId").asString()).isEqualTo("o-2");
        assertThat(json(second).get("cursor").isNull()).isTrue();
        assertThat(header(second, "Link")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiterString = " is ", quoteCharacter = '~', textBlock = """
                    version[gte]=2                    is version GTE [2]
                    version%5Blt%5D=2                 is version LT [2]
                    order_id[prefix]=o%25_            is order_id PREFIX [o%_]
                    product=a[b]=c                    is product EQ [a[b]=c]
                    count[eq]=7                       is count EQ [7]
                    reason[null]=true                 is reason NULL [true]
                    status[in]=CREATED,CANCELLED      is status IN [CREATED, CANCELLED]
                    product[in]=a%5C,b,c%5C%5C,d%5Ce, is product IN [a,b, c\\, d\\e, ]
                    """)
    void an_operator_stands_in_brackets_after_its_field(String query, String filter) throws Exception {
        RawSocket.get(server.port(), "/api/read-models/order_summary?" + query);

        assertThat(node.lastFilters)
                .extracting(f -> f.field() + " " + f.operator() + " " + f.values())
                .containsExactly(filter);
    }

    @Test
    void two_conditions_may_be_on_one_field_and_links_keep_them() throws Exception {
        create("o-1");
        create("o-2");

        HttpResponse<String> response =
                get("/api/read-models/order_summary?status%5Bin%5D=CREATED,X&status=CREATED&limit=1");

        assertThat(node.lastFilters).hasSize(2);
        assertThat(header(response, "Link")).contains("?status%5Bin%5D=CREATED%2CX&status=CREATED&limit=1&cursor=1>");
    }

    @Test
    void an_operator_that_there_is_not_is_refused_with_those_that_fit_the_field() throws Exception {
        HttpResponse<String> number = get("/api/read-models/order_summary?version%5Bnear%5D=2");
        HttpResponse<String> text = get("/api/read-models/product_demand?product%5B%5D=2");

        assertProblem(number, 400, "invalid-query", "[near]");
        assertThat(number.body()).contains("[version]", "use eq, in, gt, gte, lt, lte\"");
        assertThat(text.body()).contains("[]", "use eq, in, gt, gte, lt, lte, prefix\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=1001",
                "limit=many",
                "count=yes",
                "colour=red",
                "status=CREATED&status=CANCELLED",
                "status%5Bin%5D=CREATED&status%5Bin%5D=CANCELLED",
                "product=%zz"
            })
    void a_parameter_that_cannot_be_used_is_named(String query) throws Exception {
        HttpResponse<String> response = rawGet("/api/read-models/order_summary?" + query);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains(query.contains("%zz") ? "[%zz]" : query.substring(0, 5));
    }

    /** Through a raw socket when {@code java.net.URI} would refuse the path. */
    private HttpResponse<String> rawGet(String path) throws Exception {
        return path.contains("%zz") ? RawSocket.get(server.port(), path) : get(path);
    }

    @Test
    void an_unknown_read_model_is_a_404() throws Exception {
        assertProblem(get("/api/read-models/nope"), 404, "unknown-read-model", "[nope]");
    }

    @Test
    void a_query_of_the_apps_own_is_asked_by_name_as_fresh_as_the_token() throws Exception {
        String token = header(create("o-1"), "Consistency-Token");

        HttpResponse<String> response =
                get("/api/queries/by_status?status=CREATED", "Consistency-Token", token, "Prefer", "wait=3");

        assertThat(response.body()).isEqualTo("{\"rows\":[{\"orders\":1}]}");
        assertThat(node.lastFreshness).isEqualTo(new Freshness(ConsistencyToken.parse(token), Duration.ofSeconds(3)));
        assertProblem(get("/api/queries/nope"), 404, "unknown-query", "[nope]");
        assertProblem(get("/api/queries/by_status?status=A&status=B"), 400, "invalid-query", "[status]");
    }

    @Test
    void the_queries_of_the_app_describe_themselves() throws Exception {
        assertThat(get("/api/queries").body())
                .contains("\"name\":\"by_status\"", "\"readModels\":[\"order_summary\"]", "\"since\":{");
    }

    @Test
    void the_read_models_describe_themselves() throws Exception {
        String body = get("/api/read-models").body();

        assertThat(body)
                .contains("\"name\":\"order_summary\"")
                .contains("\"key\":\"orderId\"")
                .contains("{\"name\":\"status\",")
                .contains("\"operators\":[\"eq\",\"in\"]");
    }
}
