package io.diptych.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.App;
import io.diptych.cli.FakeNode.Response;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WatchTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int watch(FakeNode node, String... args) {
        String[] all = java.util.stream.Stream.concat(
                        java.util.stream.Stream.of("watch", "--url", node.url().toString()),
                        java.util.Arrays.stream(args))
                .toArray(String[]::new);
        return Diptych.execute(App.named("shop"), new PrintWriter(out, true), new PrintWriter(err, true), all);
    }

    private static Response stream(String events) {
        return new Response(200, "text/event-stream", Map.of(), "retry: 1000\n\n" + events);
    }

    @Test
    void a_stream_that_is_cut_is_taken_up_after_the_last_event() throws Exception {
        try (var node = new FakeNode(request -> request.header("Last-event-id") == null
                ? stream("event: row\ndata: {\"id\":\"a\"}\n\nevent: complete\nid: x-1\ndata: {}\n\nid: x-3\n\n")
                : stream("event: changed\nid: x-4\ndata: {\"id\":\"b\"}\n\n"))) {
            assertThat(watch(node, "items", "status[in]=A,B", "--limit", "3", "--ids"))
                    .isZero();

            assertThat(out.toString().lines())
                    .containsExactly("row {\"id\":\"a\"}", "x-1 complete {}", "x-4 changed {\"id\":\"b\"}");
            assertThat(node.requests.getFirst().pathAndQuery())
                    .isEqualTo("/api/read-models/items/stream?status%5Bin%5D=A%2CB");
            assertThat(node.requests.get(1).header("Last-event-id")).isEqualTo("x-3");
        }
    }

    @Test
    void a_stream_that_is_reset_and_then_cut_begins_anew() throws Exception {
        try (var node = new FakeNode(request -> request.header("Last-event-id") == null
                ? stream("event: row\ndata: {\"id\":\"a\"}\n\n")
                : stream("event: reset\nid\ndata: {\"reason\":\"Other rows\"}\n\n"))) {
            assertThat(watch(node, "items", "--limit", "2", "--from", "x-9")).isZero();

            assertThat(out.toString().lines())
                    .containsExactly("reset {\"reason\":\"Other rows\"}", "row {\"id\":\"a\"}");
        }
    }

    @Test
    void what_is_refused_is_told() throws Exception {
        try (var node = new FakeNode(request -> new Response(404, "application/problem+json", Map.of(), """
                {"type":"/problems/not-watched","title":"No changes","status":404,"detail":"Say .withChangeLog()"}"""))) {
            assertThat(watch(node, "items", "a")).isEqualTo(1);

            assertThat(err.toString()).contains("not-watched", "Say .withChangeLog()");
            assertThat(node.requests.getFirst().pathAndQuery()).isEqualTo("/api/read-models/items/a/stream");
        }
        assertThat(out.toString()).isEmpty();
    }
}
