package io.diptych.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.App;
import io.diptych.cli.FakeNode.Request;
import io.diptych.cli.FakeNode.Response;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code late}, on a node where the read model {@code sales} has some late events. */
class LateTest {

    private static final String LATE = """
            {"id":7,"type":"OrderCreated","partition":0,"offset":12,"time":"2010-12-01T08:26:00Z",\
            "watermark":"2011-12-09T12:00:00Z","keys":["France@8","France@9"],"since":"2026-01-01T00:00:00Z",\
            "state":"discarded","settled":{"at":"2026-01-02T00:00:00Z","by":"ann","reason":"a test"}""";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int call(FakeNode node, String... args) {
        var all = new ArrayList<>(List.of("late"));
        all.addAll(List.of(args));
        all.addAll(List.of("--url", node.url().toString()));
        out.getBuffer().setLength(0);
        return Diptych.execute(
                App.named("orders"),
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                all.toArray(String[]::new));
    }

    private static Response answer(Request request) {
        String path = request.pathAndQuery();
        if (path.equals("/api/late")) {
            return Response.json(200, """
                    {"readModels":[{"name":"sales","watermark":"2011-12-09T12:00:00Z","events":2,\
                    "oldest":"2026-01-01T00:00:00Z"}]}""");
        }
        if (path.startsWith("/api/late/sales?")) {
            return Response.json(
                    200,
                    "{\"events\":[" + LATE + "}],\"cursor\":" + (path.contains("cursor") ? "null" : "\"7\"") + "}");
        }
        if (path.contains("/admit")) {
            boolean more = path.contains("all=true") && !path.contains("after");
            return Response.json(200, """
                    {"preview":false,"events":1000,"rows":30,"parked":1,"next":%s}""".formatted(more ? "\"1007\"" : "null"));
        }
        if (path.contains("/discard")) {
            return Response.json(200, "{\"discarded\":3}");
        }
        return path.equals("/api/late/sales/7")
                ? Response.json(200, LATE + ",\"event\":{\"a\":1}}")
                : Response.json(404, "{\"title\":\"Not found\",\"detail\":\"no [\" + path + \"]\"}");
    }

    @Test
    void what_is_late_is_listed_from_read_models_to_one_event() throws Exception {
        try (var node = new FakeNode(LateTest::answer)) {
            assertThat(call(node, "list")).isZero();
            assertThat(out.toString().lines())
                    .containsExactly(
                            "READ MODEL  WATERMARK             LATE  OLDEST",
                            "sales       2011-12-09T12:00:00Z  2     2026-01-01T00:00:00Z");
            assertThat(call(node, "list", "sales", "--state", "discarded")).isZero();
            assertThat(out.toString()).contains("France@8, France@9").contains("ann  a test");
            assertThat(call(node, "show", "sales", "7")).isZero();
            assertThat(out.toString())
                    .contains("Happened at 2010-12-01T08:26:00Z")
                    .contains("Discarded at 2026-01-02T00:00:00Z by ann: a test");
        }
    }

    @Test
    void all_are_admitted_part_by_part_after_a_preview() throws Exception {
        try (var node = new FakeNode(LateTest::answer)) {
            assertThat(call(node, "admit", "sales", "--all", "--yes", "--by", "ann"))
                    .isZero();
            assertThat(out.toString().lines())
                    .containsExactly(
                            "Would admit 2000 events into 60 rows; 2 would be dead letters: see dlq list sales",
                            "Admitted 2000 events into 60 rows; 2 are dead letters: see dlq list sales");
            assertThat(call(node, "admit", "sales", "--all")).isEqualTo(2);
            assertThat(err.toString()).contains("--yes");
            assertThat(call(node, "admit", "sales", "7", "--all")).isEqualTo(2);
            assertThat(err.toString()).contains("either a NUMBER or --all");
        }
    }

    @Test
    void whoever_discards_says_why() throws Exception {
        try (var node = new FakeNode(LateTest::answer)) {
            assertThat(call(node, "discard", "sales", "--all", "--reason", "a test", "--yes"))
                    .isZero();
            assertThat(out.toString()).contains("Discarded 3");
            assertThat(call(node, "discard", "sales", "7", "--yes")).isEqualTo(2);
            assertThat(err.toString()).contains("--reason");
        }
    }
}
