package io.diptych.server.internal;

import static io.diptych.server.internal.CommandApiTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class LateApiTest extends HttpTest {

    private static final String LATE = "/api/late/sales";
    private static final String ANN = "{\"by\":\"ann\"}";

    @Test
    void how_much_is_late_is_told_with_the_watermark() throws Exception {
        assertThat(get("/api/late").body())
                .contains("\"name\":\"order_summary\"", "\"events\":3", "\"watermark\":\"1970-01-01T00:00:00Z\"");
        assertThat(get("/metrics").body())
                .contains("diptych_late_events{generation=\"1\",read_model=\"order_summary\"} 3.0")
                .contains("diptych_late_oldest_age_seconds{generation=\"1\"")
                .contains("diptych_projection_watermark_seconds{generation=\"1\",read_model=\"order_summary\"} 0.0");
    }

    @Test
    void late_events_are_listed_by_what_became_of_them() throws Exception {
        HttpResponse<String> list = get(LATE + "?state=discarded&limit=2&cursor=9");
        assertThat(json(list).at("/events/0/keys/0").asString()).isEqualTo("France@1970");
        assertThat(json(list).at("/events/0/state").asString()).isEqualTo("discarded");
        assertThat(json(list).at("/events/0/settled/reason").asString()).isEqualTo("a test");
        assertThat(json(list).at("/cursor").asString()).isEqualTo("7");
        get(LATE);
        assertThat(node.late.calls).containsExactly("list DISCARDED 2 9", "list WAITING 50 null");
        assertThat(get(LATE + "/7").body()).contains("\"event\":{\"price\":10.50}", "\"ce_id\":\"o-1@1\"");
        assertProblem(get("/api/late/other"), 404, "unknown-read-model", "[other]");
        assertProblem(
                get(LATE + "?state=lost"), 400, "invalid-query", "[lost] is none of [waiting, admitted, discarded]");
        assertProblem(get(LATE + "/x"), 400, "invalid-query", "[x]");
    }

    @Test
    void one_or_all_are_admitted_after_a_look_that_needs_no_name() throws Exception {
        assertThat(json(post(LATE + "/7/admit?preview=true", "")).get("preview").asBoolean())
                .isTrue();
        post(LATE + "/7/admit", ANN);
        assertThat(json(post(LATE + "/admit?all=true&after=5", ANN)).get("next").asString())
                .isEqualTo("1007");

        assertThat(node.late.calls)
                .containsExactly("admit 7 [] true", "admit 7 [ann] false", "admit all [ann] false 5");
        assertProblem(post(LATE + "/admit", ANN), 400, "invalid-query", "all=true");
        assertProblem(post(LATE + "/7/admit", "{}"), 400, "invalid-query", "[by]");
    }

    @Test
    void whoever_discards_says_who_and_why() throws Exception {
        String why = "{\"by\":\"ann\",\"reason\":\"a test\"}";
        post(LATE + "/7/discard", why);
        assertThat(json(post(LATE + "/discard?all=true", why)).get("discarded").asInt())
                .isEqualTo(3);

        assertThat(node.late.calls).containsExactly("discard 7 [ann] a test", "discard all [ann] a test");
        assertProblem(post(LATE + "/7/discard", ANN), 400, "invalid-query", "[reason]");
    }
}
