package io.diptych.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.App;
import io.diptych.cli.FakeNode.Request;
import io.diptych.cli.FakeNode.Response;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code dlq}, on a node where the key {@code o/1} has two letters. */
class DlqTest {

    private static final String LETTER = """
            {"id":7,"key":"o/1","type":"OrderCreated","partition":0,"offset":12,"cause":"fold-failed","error":"by\\nzero",\
            "attempts":3,"edited":false,"since":"2026-01-01T00:00:00Z","tried":null""";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int call(FakeNode node, String... args) {
        var all = new java.util.ArrayList<>(List.of("dlq"));
        all.addAll(List.of(args));
        all.addAll(List.of("--url", node.url().toString()));
        return Diptych.execute(
                App.named("orders"),
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                all.toArray(String[]::new));
    }

    private static Response answer(Request request) {
        String path = request.pathAndQuery();
        if (path.equals("/api/dead-letters")) {
            return Response.json(200, """
                    {"readModels":[{"name":"order_summary","keys":1,"events":2,"oldest":"2026-01-01T00:00:00Z"},\
                    {"name":"customers","keys":0,"events":0}]}""");
        }
        if (path.startsWith("/api/dead-letters/order_summary?limit=500&key=o%2F1")) {
            return Response.json(200, "{\"letters\":[" + LETTER + "}],\"cursor\":null}");
        }
        if (path.startsWith("/api/dead-letters/order_summary?")) {
            return Response.json(
                    200,
                    "{\"keys\":[{\"key\":\"o/1\",\"since\":\"2026-01-01T00:00:00Z\",\"events\":2,\"first\":" + LETTER
                            + "}}],\"cursor\":" + (path.contains("cursor") ? "null" : "\"o/1\"") + "}");
        }
        if (path.equals("/api/dead-letters/order_summary/7")) {
            return Response.json(200, LETTER + ",\"behind\":1,\"event\":{\"a\":1},\"stack\":\"at Orders\"}");
        }
        if (path.contains("/retry?")) {
            boolean more = path.contains("all=true") && !path.contains("after");
            return Response.json(200, """
                    {"preview":%s,"keys":1,"tried":2,"applied":1,"freed":0,\
                    "failed":[{"key":"o/1","letter":7,"cause":"fold-failed","error":"by zero"}],"next":%s}""".formatted(path.contains("preview"), more ? "\"k\"" : "null"));
        }
        if (path.endsWith("/discard") || path.contains("/discard?")) {
            return Response.json(200, "{\"discarded\":1,\"rest\":{\"applied\":1}}");
        }
        return Response.json(200, LETTER + "}");
    }

    @Test
    void what_is_parked_is_listed_from_read_models_to_letters() throws Exception {
        try (var node = new FakeNode(DlqTest::answer)) {
            assertThat(call(node, "list")).isZero();
            assertThat(out.toString().lines())
                    .containsExactly(
                            "READ MODEL     KEYS  EVENTS  OLDEST",
                            "order_summary  1     2       2026-01-01T00:00:00Z",
                            "customers      0     0       -");

            out.getBuffer().setLength(0);
            assertThat(call(node, "list", "order_summary")).isZero();
            assertThat(out.toString().lines())
                    .startsWith("KEY  EVENTS  SINCE                 LETTER  CAUSE        ERROR")
                    .hasSize(3)
                    .endsWith("o/1  2       2026-01-01T00:00:00Z  7       fold-failed  by zero");

            out.getBuffer().setLength(0);
            assertThat(call(node, "list", "order_summary", "--key", "o/1")).isZero();
            assertThat(out.toString().lines())
                    .containsExactly(
                            "LETTER  TYPE          PLACE  CAUSE        ATTEMPTS  ERROR",
                            "7       OrderCreated  0/12   fold-failed  3         by zero");
        }
    }

    @Test
    void a_letter_is_shown_with_its_event_and_stack() throws Exception {
        try (var node = new FakeNode(DlqTest::answer)) {
            assertThat(call(node, "show", "order_summary", "7")).isZero();

            assertThat(out.toString())
                    .contains(
                            "Letter 7 of key o/1: OrderCreated at partition 0, offset 12", "1 behind it", "at Orders");
        }
    }

    @Test
    void all_is_retried_after_a_preview_and_the_parts_are_summed_up() throws Exception {
        try (var node = new FakeNode(DlqTest::answer)) {
            assertThat(call(node, "retry", "order_summary", "--all", "--yes")).isEqualTo(1);

            assertThat(node.requests)
                    .extracting(Request::pathAndQuery)
                    .containsExactly(
                            "/api/dead-letters/order_summary/retry?all=true&preview=true",
                            "/api/dead-letters/order_summary/retry?all=true&preview=true&after=k",
                            "/api/dead-letters/order_summary/retry?all=true",
                            "/api/dead-letters/order_summary/retry?all=true&after=k");
            assertThat(out.toString())
                    .contains(
                            "Would apply 2 of 4 events that were tried, and free 0 of 2 keys",
                            "Applied 2 of 4 events, freed 0 of 2 keys",
                            "  o/1, letter 7: by zero");
        }
    }

    @Test
    void who_is_not_there_to_be_asked_has_to_say_yes() throws Exception {
        try (var node = new FakeNode(DlqTest::answer)) {
            assertThat(call(node, "retry", "order_summary", "--all")).isEqualTo(2);
            assertThat(call(node, "discard", "order_summary", "7", "--reason", "test"))
                    .isEqualTo(2);
            assertThat(err.toString()).contains("--yes");
            assertThat(node.requests).extracting(Request::pathAndQuery).noneMatch(path -> path.contains("discard"));
        }
    }

    @Test
    void a_letter_is_edited_and_discarded_with_a_reason() throws Exception {
        try (var node = new FakeNode(DlqTest::answer)) {
            assertThat(call(node, "edit", "order_summary", "7", "{\"a\":2}")).isZero();
            assertThat(node.requests.getLast().body()).isEqualTo("{\"a\":2}");
            assertThat(out.toString()).contains("dlq retry order_summary o/1");

            assertThat(call(node, "discard", "order_summary", "7")).isEqualTo(2);
            assertThat(call(node, "discard", "order_summary", "7", "--reason", "a test", "--by", "ann", "--yes"))
                    .isZero();
            assertThat(node.requests.getLast().json().path("reason").asString()).isEqualTo("a test");
            assertThat(node.requests.getLast().json().path("by").asString()).isEqualTo("ann");
            assertThat(out.toString()).contains("Discarded 1; applied 1 that waited behind");
        }
    }

    @Test
    void each_command_has_help_with_an_example() throws Exception {
        try (var node = new FakeNode(DlqTest::answer)) {
            for (String command : List.of("list", "show", "retry", "edit", "discard")) {
                out.getBuffer().setLength(0);
                assertThat(call(node, command, "--help")).isZero();
                assertThat(out.toString()).contains("Examples:", "dlq " + command + " order_summary");
            }
        }
    }
}
