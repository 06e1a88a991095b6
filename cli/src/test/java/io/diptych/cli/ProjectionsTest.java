package io.diptych.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.App;
import io.diptych.cli.FakeNode.Request;
import io.diptych.cli.FakeNode.Response;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProjectionsTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int call(FakeNode node, String... options) {
        var args = new java.util.ArrayList<>(
                java.util.List.of("projections", "--url", node.url().toString()));
        args.addAll(java.util.List.of(options));
        return Diptych.execute(
                App.named("orders"),
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                args.toArray(String[]::new));
    }

    private static Response answer(Request request) {
        return Response.json(200, """
                {"projections":[{"readModel":"order_summary","generation":1,"role":"FILLING","progress":0.25,"secondsLeft":12,"state":"WAITING","reason":"no node has it",
                "since":"2026-01-01T00:00:00.123456Z","eventsBehind":null,"secondsBehind":null,"eventsPerSecond":1250.5,
                "partitions":[{"partition":0,"state":"RUNNING","reason":null,"since":"2026-01-01T00:00:01Z",
                "position":1042,"eventsBehind":3,"secondsBehind":0.250,"eventsPerSecond":1250.5,"node":"node-1"}]}]}""");
    }

    @Test
    void a_table_shows_each_read_model_and_what_is_unknown() throws Exception {
        try (var node = new FakeNode(ProjectionsTest::answer)) {
            assertThat(call(node)).isZero();

            assertThat(out.toString().lines())
                    .containsExactly(
                            "READ MODEL     GEN  ROLE     PART  POSITION  BEHIND  SECONDS  EVENTS/S  STATE    SINCE",
                            "order_summary    1  FILLING   all                 ?        ?    1250.5  WAITING  2026-01-01T00:00:00Z"
                                    + "  25.0 % filled, 12 s left  no node has it");
            assertThat(node.requests)
                    .singleElement()
                    .extracting(Request::pathAndQuery)
                    .isEqualTo("/api/projections");
        }
    }

    @Test
    void a_read_model_over_windows_shows_its_watermark_and_what_is_late() throws Exception {
        try (var node = new FakeNode(request -> Response.json(200, """
                {"projections":[{"readModel":"sales","generation":1,"role":"SERVING","state":"RUNNING",\
                "since":"2026-01-01T00:00:00Z","watermark":"2011-12-09T12:00:00Z","lateEvents":3,\
                "oldestLate":"2026-01-01T00:00:00.5Z"}]}"""))) {
            assertThat(call(node)).isZero();

            assertThat(out.toString())
                    .contains("watermark 2011-12-09T12:00:00Z, 3 late, the first since 2026-01-01T00:00:00Z");
        }
    }

    @Test
    void a_rebuild_is_followed_until_it_serves() throws Exception {
        var asked = new java.util.concurrent.atomic.AtomicInteger();
        try (var node = new FakeNode(request -> {
            if (request.pathAndQuery().contains("rebuild")) {
                return Response.json(202, "{\"generation\":2}");
            }
            String role = asked.incrementAndGet() == 1
                    ? "\"FILLING\",\"progress\":0.5,\"secondsLeft\":3,\"eventsPerSecond\":1000"
                    : "\"SERVING\"";
            return Response.json(
                    200,
                    "{\"projections\":[{\"readModel\":\"order_summary\",\"generation\":2,\"role\":" + role + "}]}");
        })) {
            var args = new String[] {
                "projections",
                "rebuild",
                "order_summary",
                "--keep",
                "--url",
                node.url().toString()
            };
            assertThat(Diptych.execute(
                            App.named("orders"), new PrintWriter(out, true), new PrintWriter(err, true), args))
                    .isZero();

            assertThat(out.toString()).contains("Generation 2 of order_summary serves");
            assertThat(err.toString()).contains("50.0 %  1,000 events/s, 3 s left");
            assertThat(node.requests.getFirst().pathAndQuery())
                    .isEqualTo("/api/projections/order_summary/rebuild?keep=true");
        }
    }

    @Test
    void partitions_are_shown_with_their_node_when_asked_for() throws Exception {
        try (var node = new FakeNode(ProjectionsTest::answer)) {
            assertThat(call(node, "--partitions")).isZero();

            assertThat(out.toString().lines())
                    .last()
                    .isEqualTo("order_summary    1  FILLING     0      1042       3     0.25    1250.5  RUNNING"
                            + "  2026-01-01T00:00:01Z  on node-1");
        }
    }
}
