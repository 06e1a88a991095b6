package io.diptych.cli.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.diptych.cli.FakeNode;
import io.diptych.cli.FakeNode.Request;
import io.diptych.cli.FakeNode.Response;
import io.diptych.cli.client.ApiClient;
import io.diptych.cli.load.CommandLines.Line;
import io.diptych.cli.load.CommandLines.Parsed;
import io.diptych.cli.load.CommandLines.Unreadable;
import io.diptych.cli.terminal.CliException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BulkLoadTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    /** Lines from a list, and how many were taken. */
    private static final class Lines implements CommandLines {
        private final List<Line> lines;
        private int next;

        private Lines(List<Line> lines) {
            this.lines = lines;
        }

        @Override
        public long expected() {
            return lines.size();
        }

        @Override
        public Line next() {
            return next < lines.size() ? lines.get(next++) : null;
        }

        @Override
        public void close() {}
    }

    private static final class NoProgress implements Progress {
        @Override
        public void moved() {}

        @Override
        public void close() {}
    }

    private static Parsed line(long number, String id) {
        return new Parsed(number, id, ("{\"id\":\"" + id + "\"}").getBytes(StandardCharsets.UTF_8));
    }

    private static List<Line> lines(int count) {
        return new ArrayList<>(
                IntStream.rangeClosed(1, count).mapToObj(i -> line(i, "o-" + i)).toList());
    }

    private static LoadReport load(URI url, int concurrency, Duration retryFor, List<Line> lines) throws Exception {
        return load(url, concurrency, Long.MAX_VALUE, retryFor, new Lines(lines));
    }

    private static LoadReport load(URI url, int concurrency, long limit, Duration retryFor, CommandLines lines)
            throws Exception {
        try (var client = new ApiClient(url)) {
            return new BulkLoad(client, new BulkLoad.Settings("Create", "summary", concurrency, limit, retryFor))
                    .run(lines, new NoProgress());
        }
    }

    private static boolean isCommand(Request request) {
        return request.method().equals("POST");
    }

    private static String id(Request request) {
        return request.json().path("id").asString();
    }

    @Test
    void each_outcome_is_counted() throws Exception {
        List<Line> lines = lines(10);
        lines.add(new Unreadable(11, "has 3 columns, not 8"));
        try (var node = new FakeNode(request -> !isCommand(request)
                ? Response.json(200, "{\"rows\":[]}")
                : switch (id(request)) {
                    case "o-3", "o-4" -> Response.rejected("invalid-quantity", "0");
                    case "o-5" -> Response.rejected("order-exists", "o-5");
                    default -> Response.accepted(id(request), 0, 1);
                })) {
            LoadReport report = load(node.url(), 4, LONG, lines);

            assertThat(report.accepted()).isEqualTo(7);
            assertThat(report.rejected()).isEqualTo(Map.of("invalid-quantity", 2L, "order-exists", 1L));
            assertThat(report.firstUnreadable()).containsExactly(new Unreadable(11, "has 3 columns, not 8"));
            assertThat(report.lines()).isEqualTo(11);
            assertThat(report.visibleAfter()).isNotNull();
            assertThat(report.stopped()).isNull();
        }
    }

    @Test
    void the_read_model_is_asked_for_the_furthest_point_of_each_partition() throws Exception {
        try (var node = new FakeNode(request -> isCommand(request)
                ? switch (id(request)) {
                    case "o-1" -> Response.accepted("o-1", 0, 17);
                    case "o-2" -> Response.accepted("o-2", 1, 4);
                    default -> Response.accepted(id(request), 0, 9);
                }
                : Response.json(200, "{\"rows\":[]}"))) {
            load(node.url(), 2, LONG, lines(3));

            Request query = node.requests.getLast();
            assertThat(query.pathAndQuery()).isEqualTo("/api/read-models/summary?limit=1");
            assertThat(query.header("Consistency-Token")).isEqualTo("order:0:17;1:4");
            assertThat(query.header("Prefer")).isEqualTo("wait=30");
        }
    }

    @Test
    void a_key_is_the_same_each_time_and_another_for_each_line_and_content() {
        assertThat(BulkLoad.key(line(7, "a"))).isEqualTo(BulkLoad.key(line(7, "a")));
        assertThat(BulkLoad.key(line(7, "a"))).isNotEqualTo(BulkLoad.key(line(8, "a")));
        assertThat(BulkLoad.key(line(7, "a"))).isNotEqualTo(BulkLoad.key(line(7, "b")));
        assertThat(BulkLoad.key(line(7, "a"))).matches("[\\x21-\\x7e]{1,255}");
    }

    @Test
    void an_outage_is_waited_for_with_the_same_key() throws Exception {
        var failures = new AtomicInteger();
        try (var node = new FakeNode(request -> {
            if (!isCommand(request)) {
                return Response.json(200, "{\"rows\":[]}");
            }
            return switch (failures.getAndIncrement()) {
                case 0 -> Response.unavailable(0);
                case 1 -> Response.json(202, "{\"commandId\":\"x\"}");
                case 2 -> new Response(502, "text/html", Map.of(), "<h1>Bad Gateway</h1>");
                default -> Response.accepted(id(request), 0, 1);
            };
        })) {
            LoadReport report = load(node.url(), 1, LONG, lines(1));

            assertThat(report.accepted()).isEqualTo(1);
            assertThat(node.requests.stream().filter(BulkLoadTest::isCommand).map(r -> r.header("Idempotency-Key")))
                    .hasSize(4)
                    .containsOnly(BulkLoad.key(line(1, "o-1")));
        }
    }

    @Test
    void retry_after_is_honoured() throws Exception {
        var answers = new AtomicInteger();
        var times = new ArrayList<Long>();
        try (var node = new FakeNode(request -> {
            if (!isCommand(request)) {
                return Response.json(200, "{\"rows\":[]}");
            }
            times.add(System.nanoTime());
            return answers.getAndIncrement() == 0 ? Response.unavailable(1) : Response.accepted("o-1", 0, 1);
        })) {
            load(node.url(), 1, LONG, lines(1));

            assertThat(Duration.ofNanos(times.get(1) - times.get(0))).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        }
    }

    @Test
    void a_node_that_comes_later_gets_every_line() throws Exception {
        int port = FakeNode.freePort();
        var report = CompletableFuture.supplyAsync(() -> {
            try {
                return load(URI.create("http://127.0.0.1:" + port), 8, LONG, lines(20));
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        FakeNode.work(300);

        try (var node = new FakeNode(
                port,
                request -> isCommand(request)
                        ? Response.accepted(id(request), 0, 1)
                        : Response.json(200, "{\"rows\":[]}"))) {
            await().atMost(LONG).until(report::isDone);

            assertThat(report.join().accepted()).isEqualTo(20);
            assertThat(node.requests).hasSize(21);
        }
    }

    @Test
    void a_load_without_answers_is_broken_off_and_says_so() throws Exception {
        int port = FakeNode.freePort();
        var lines = new Lines(lines(1000));

        LoadReport report =
                load(URI.create("http://127.0.0.1:" + port), 4, Long.MAX_VALUE, Duration.ofMillis(500), lines);

        assertThat(report.accepted()).isZero();
        assertThat(report.stopped()).contains("Nobody listens at [http://127.0.0.1:" + port + "]");
        assertThat(lines.next).isLessThan(20);
    }

    @Test
    void a_file_that_cannot_be_read_on_is_reported_with_what_was_sent() throws Exception {
        var lines = new CommandLines() {
            private boolean begun;

            @Override
            public long expected() {
                return 2;
            }

            @Override
            public Line next() {
                if (begun) {
                    throw new CliException("Line 2 cannot be read");
                }
                begun = true;
                return line(1, "o-1");
            }

            @Override
            public void close() {}
        };
        try (var node = new FakeNode(request ->
                isCommand(request) ? Response.accepted(id(request), 0, 1) : Response.json(200, "{\"rows\":[]}"))) {
            LoadReport report = load(node.url(), 4, Long.MAX_VALUE, LONG, lines);

            assertThat(report.accepted()).isEqualTo(1);
            assertThat(report.stopped()).isEqualTo("Line 2 cannot be read");
        }
    }

    @Test
    void commands_of_one_aggregate_keep_their_order_and_others_do_not_wait() throws Exception {
        var order = new ConcurrentHashMap<String, List<String>>();
        var atOnce = new AtomicInteger();
        var most = new AtomicInteger();
        try (var node = new FakeNode(request -> {
            if (!isCommand(request)) {
                return Response.json(200, "{\"rows\":[]}");
            }
            most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            FakeNode.work(5);
            order.computeIfAbsent(id(request), id -> java.util.Collections.synchronizedList(new ArrayList<>()))
                    .add(request.header("Idempotency-Key"));
            atOnce.decrementAndGet();
            return Response.accepted(id(request), 0, 1);
        })) {
            List<Line> lines = new ArrayList<>();
            for (int i = 1; i <= 200; i++) {
                lines.add(line(i, i % 4 == 0 ? "same" : "o-" + i));
            }

            load(node.url(), 16, LONG, lines);

            assertThat(order.get("same"))
                    .isEqualTo(lines.stream()
                            .map(Parsed.class::cast)
                            .filter(line -> line.aggregateId().equals("same"))
                            .map(BulkLoad::key)
                            .toList());
            assertThat(most.get()).isBetween(8, 16);
        }
    }

    @Test
    void a_limit_stops_the_reading() throws Exception {
        try (var node = new FakeNode(request ->
                isCommand(request) ? Response.accepted(id(request), 0, 1) : Response.json(200, "{\"rows\":[]}"))) {
            var lines = new Lines(lines(100));

            LoadReport report = load(node.url(), 4, 7, LONG, lines);

            assertThat(report.lines()).isEqualTo(7);
            assertThat(lines.next).isEqualTo(7);
        }
    }

    @Test
    void a_read_model_that_does_not_catch_up_is_reported_and_is_no_failure() throws Exception {
        try (var node = new FakeNode(
                request -> isCommand(request) ? Response.accepted(id(request), 0, 1) : Response.unavailable(1))) {
            LoadReport report = load(node.url(), 4, Duration.ofMillis(600), lines(2));

            assertThat(report.stopped()).isNull();
            assertThat(report.visibleAfter()).isNull();
            assertThat(report.notVisible()).contains("Kafka is away");
        }
    }

    @Test
    void the_report_is_a_table() {
        var text = new StringWriter();
        var report = new LoadReport(
                29310,
                new java.util.TreeMap<>(Map.of("order-exists", 57L, "invalid-quantity", 633L)),
                2,
                List.of(new Unreadable(12, "has no Quantity")),
                Duration.ofSeconds(10),
                Duration.ofMillis(42),
                null,
                null);

        report.print(new PrintWriter(text, true));

        assertThat(text.toString()).isEqualTo("""
                        lines                          30002
                        accepted                       29310
                        rejected                         690
                          invalid-quantity               633
                          order-exists                    57
                        unreadable                         2
                          line 12: has no Quantity
                          and 1 more
                        sent and answered in            10.0 s  (3,000 lines/s)
                        the last visible after         0.042 s
                        """);
    }
}
