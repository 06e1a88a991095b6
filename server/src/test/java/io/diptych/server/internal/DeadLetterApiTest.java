package io.diptych.server.internal;

import static io.diptych.server.internal.CommandApiTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class DeadLetterApiTest extends HttpTest {

    private static final String LETTERS = "/api/dead-letters/order_summary";
    private static final String WHY = "{\"by\":\"ann\",\"reason\":\"a test\"}";

    @Test
    void what_is_parked_is_counted_for_each_read_model() throws Exception {
        assertThat(get("/api/dead-letters").body())
                .isEqualTo("{\"readModels\":["
                        + "{\"name\":\"order_summary\",\"readModel\":\"order_summary\",\"generation\":1,"
                        + "\"keys\":1,\"events\":2,\"oldest\":\"1970-01-01T00:00:00Z\"},"
                        + "{\"name\":\"product_demand_g2\",\"readModel\":\"product_demand\",\"generation\":2,"
                        + "\"keys\":0,\"events\":0}]}");
    }

    @Test
    void parked_keys_and_their_letters_are_listed() throws Exception {
        HttpResponse<String> keys = get(LETTERS);
        assertThat(json(keys).at("/keys/0/key").asString()).isEqualTo("o-1");
        assertThat(json(keys).at("/keys/0/first/cause").asString()).isEqualTo("fold-failed");

        HttpResponse<String> letters = get(LETTERS + "?key=o-1&limit=2");
        assertThat(json(letters).at("/letters/1/cause").asString()).isEqualTo("waits");
        assertThat(json(letters).at("/cursor").asString()).isEqualTo("8");
        get(LETTERS + "?discarded=true");

        assertThat(node.letters.calls).containsExactly("keys 50 null", "letters o-1 2 null", "discarded");
    }

    @Test
    void a_letter_is_shown_with_its_event_as_it_came() throws Exception {
        HttpResponse<String> letter = get(LETTERS + "/7");

        assertThat(letter.body()).contains("\"event\":{\"price\":10.50}", "by zero", "\"stack\":\"at Orders\"");
        assertThat(json(letter).get("behind").asInt()).isEqualTo(1);
        assertThat(json(letter).at("/headers/ce_id").asString()).isEqualTo("o-1@7");
        assertProblem(get(LETTERS + "/9"), 404, "not-found", "[9]");
        assertProblem(get(LETTERS + "/x"), 400, "invalid-query", "[x]");
        assertProblem(get("/api/dead-letters/other"), 404, "unknown-read-model", "[other]");
    }

    @Test
    void a_retry_says_what_of_and_can_be_a_preview() throws Exception {
        assertThat(json(post(LETTERS + "/retry?key=o-1&preview=true", ""))
                        .at("/failed/0/letter")
                        .asInt())
                .isEqualTo(7);
        assertThat(json(post(LETTERS + "/retry?all=true&after=k", ""))
                        .get("next")
                        .asString())
                .isEqualTo("o-1");
        assertProblem(post(LETTERS + "/retry", ""), 400, "invalid-query", "all=true");
        assertProblem(post(LETTERS + "/retry?all=yes", ""), 400, "invalid-query", "[yes]");

        assertThat(node.letters.calls).containsExactly("retry o-1 true", "retry all false k");
    }

    @Test
    void a_letter_is_edited_with_an_event() throws Exception {
        HttpResponse<String> edited = post(LETTERS + "/7/edit", "{\"price\":1}");

        assertThat(edited.body()).contains("\"event\":{\"price\":10.50},\"editedEvent\":{\"price\":1}");
    }

    @Test
    void nothing_is_discarded_without_a_name_and_a_reason() throws Exception {
        assertProblem(post(LETTERS + "/7/discard", "{\"by\":\"ann\"}"), 400, "invalid-query", "[reason]");
        assertProblem(post(LETTERS + "/discard", WHY), 400, "invalid-query", "key");
        assertThat(node.letters.calls).isEmpty();

        assertThat(json(post(LETTERS + "/7/discard", WHY)).at("/rest/applied").asInt())
                .isEqualTo(1);
        assertThat(json(post(LETTERS + "/discard?key=o-1", WHY))
                        .get("discarded")
                        .asInt())
                .isEqualTo(2);

        assertThat(node.letters.calls).containsExactly("discard 7 ann a test", "discard key o-1 ann a test");
    }

    @Test
    void a_page_of_another_site_may_change_nothing() throws Exception {
        for (String path : new String[] {"/retry?all=true", "/7/edit", "/7/discard", "/discard?key=o-1"}) {
            assertProblem(post(LETTERS + path, WHY, "Origin", "https://evil.example"), 403, "cross-origin", "evil");
        }
        assertThat(node.letters.calls).isEmpty();
    }

    @Test
    void depth_and_age_are_metrics() throws Exception {
        assertThat(get("/metrics").body())
                .contains("diptych_dead_letters_keys{generation=\"1\",read_model=\"order_summary\"} 1")
                .contains("diptych_dead_letters_events{generation=\"1\",read_model=\"order_summary\"} 2")
                .contains("diptych_dead_letters_oldest_age_seconds{generation=\"2\",read_model=\"product_demand\"} 0");
    }
}
