package io.diptych.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.App;
import io.diptych.cli.FakeNode.Request;
import io.diptych.cli.FakeNode.Response;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** {@code history}, on a node that has an order with 1,200 events. */
class HistoryTest {

    private static final long LAST = 1200;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int call(FakeNode node, String args) {
        String[] all = ("history " + args + " --url " + node.url()).split(" ");
        return Diptych.execute(App.named("orders"), new PrintWriter(out, true), new PrintWriter(err, true), all);
    }

    private static Response answer(Request request) {
        String path = request.pathAndQuery();
        if (!path.startsWith("/api/aggregates/order/o%2F1")) {
            return new Response(404, "application/problem+json", Map.of(), """
                    {"type":"/problems/not-found","title":"There is nothing here","status":404,"detail":"The order [x] does not exist"}""");
        }
        if (path.contains("/events?")) {
            String[] numbers =
                    path.replaceAll(".*from=(\\d+)&limit=(\\d+)", "$1 $2").split(" ");
            long from = Long.parseLong(numbers[0]);
            long to = Math.min(LAST, from + Long.parseLong(numbers[1]) - 1);
            return Response.json(
                    200,
                    LongStream.rangeClosed(from, to)
                            .mapToObj(HistoryTest::event)
                            .collect(Collectors.joining(",", "{\"version\":1200,\"events\":[", "],\"next\":null}")));
        }
        String version = path.contains("version=") ? path.replaceAll(".*version=", "") : "" + LAST;
        return Response.json(200, "{\"version\":" + version + ",\"state\":{\"price\":10.50}}");
    }

    private static String event(long version) {
        return """
                {"version":%d,"type":"OrderCreated","data":{"n":%d},"time":"2026-01-01T00:00:00.123456789Z"}""".formatted(version, version);
    }

    @Test
    void the_state_is_shown_and_under_it_all_events_page_by_page() throws Exception {
        try (var node = new FakeNode(HistoryTest::answer)) {
            assertThat(call(node, "order o/1")).isZero();

            assertThat(out.toString().lines())
                    .startsWith("order o/1, version 1200", "{")
                    .contains(
                            "VERSION  TIME                      TYPE          DATA",
                            "      1  2026-01-01T00:00:00.123Z  OrderCreated  {\"n\":1}",
                            "   1200  2026-01-01T00:00:00.123Z  OrderCreated  {\"n\":1200}");
            assertThat(node.requests).hasSize(4);
        }
    }

    @Test
    void as_of_a_version_there_are_no_events_after_it() throws Exception {
        try (var node = new FakeNode(HistoryTest::answer)) {
            assertThat(call(node, "order o/1 --version 2 --json")).isZero();

            assertThat(out.toString().lines())
                    .containsExactly("{\"version\":2,\"state\":{\"price\":10.5}}", event(1), event(2));
        }
    }

    @Test
    void only_as_many_events_are_shown_as_asked_for() throws Exception {
        try (var node = new FakeNode(HistoryTest::answer)) {
            assertThat(call(node, "order o/1 --events --json --limit 700")).isZero();

            assertThat(out.toString().lines()).hasSize(700).startsWith(event(1)).endsWith(event(700));
        }
    }

    @Test
    void an_aggregate_that_does_not_exist_ends_with_1_and_one_sentence() throws Exception {
        try (var node = new FakeNode(HistoryTest::answer)) {
            assertThat(call(node, "order x")).isEqualTo(1);

            assertThat(err.toString().lines()).singleElement().asString().contains("The order [x] does not exist");
        }
    }
}
