package io.diptych.server.internal;

import static io.diptych.server.internal.CommandApiTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.diptych.projection.RowStream.Kind;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamApiTest extends HttpTest {

    private static final String STREAM = "/api/read-models/order_summary/stream";

    /** A caller that reads lines as they come. */
    private record Reader(Socket socket, BufferedReader lines) implements Closeable {

        static Reader open(int port, String path, String... headers) throws IOException {
            var socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(10_000);
            String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n"
                    + String.join(
                            "", List.of(headers).stream().map(h -> h + "\r\n").toList()) + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return new Reader(
                    socket, new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)));
        }

        /** The lines of the stream up to this one, without what frames them. */
        List<String> until(String last) throws IOException {
            var read = new ArrayList<String>();
            String line;
            do {
                line = lines.readLine();
                assertThat(line).as("the line after %d others", read.size()).isNotNull();
                if (line.matches("(event|id|data|retry|: ).*")) {
                    read.add(line.length() < 1000 ? line : line.substring(0, 1000));
                }
            } while (!line.equals(last));
            return read;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void a_stream_tells_rows_then_that_they_are_complete_then_changes_as_they_come() throws Exception {
        node.streams.add(Kind.ROW, null, "{\"orderId\":\"o-1\"}");
        node.streams.add(Kind.COMPLETE, "a-1", "{}");
        try (Reader reader = Reader.open(server.port(), STREAM)) {
            assertThat(reader.lines().readLine()).isEqualTo("HTTP/1.1 200 OK");
            List<String> first = reader.until("data: {}");
            node.streams.add(Kind.CHANGED, "a-2", "{\"orderId\":\"o-2\"}");
            node.streams.add(Kind.REMOVED, "a-3", "{\"orderId\":\"o-1\"}");
            node.streams.add(Kind.RESET, null, "{\"reason\":\"Other rows\"}");

            assertThat(first)
                    .containsExactly(
                            "retry: 1000",
                            "event: row",
                            "data: {\"orderId\":\"o-1\"}",
                            "event: complete",
                            "id: a-1",
                            "data: {}");
            assertThat(reader.until("data: {\"reason\":\"Other rows\"}"))
                    .containsExactly(
                            "event: changed",
                            "id: a-2",
                            "data: {\"orderId\":\"o-2\"}",
                            "event: removed",
                            "id: a-3",
                            "data: {\"orderId\":\"o-1\"}",
                            "event: reset",
                            "id",
                            "data: {\"reason\":\"Other rows\"}");
        }
    }

    @Test
    void a_stream_goes_on_after_the_last_event_id() throws Exception {
        node.streams.add(Kind.COMPLETE, "a-1", "{}");
        node.streams.add(Kind.CHANGED, "a-2", "{\"n\":2}");
        node.streams.add(Kind.CHANGED, "a-3", "{\"n\":3}");
        try (Reader reader =
                Reader.open(server.port(), "/api/read-models/order_summary/o-1/stream", "Last-Event-ID: a-2")) {
            assertThat(reader.until("data: {\"n\":3}"))
                    .containsExactly("retry: 1000", "event: changed", "id: a-3", "data: {\"n\":3}");
        }
        assertThat(node.lastKey).isEqualTo("o-1");
    }

    @Test
    void filters_are_those_of_the_list() throws Exception {
        node.streams.add(Kind.COMPLETE, "a-1", "{}");
        try (Reader reader = Reader.open(server.port(), STREAM + "?status=CREATED&version[gte]=2")) {
            reader.until("data: {}");
        }
        assertThat(node.lastFilters.toString()).contains("status", "CREATED", "GTE");
        int open = node.streams.open.get();
        assertProblem(get(STREAM + "?colour=red"), 400, "invalid-query", "[colour]");
        assertProblem(get(STREAM + "?limit=10"), 400, "invalid-query", "[limit]");
        assertProblem(get(STREAM + "?status=A&status=B"), 400, "invalid-query", "given twice");
        assertProblem(get("/api/read-models/order_summary/o-1/stream?status=A"), 400, "invalid-query", "[status]");
        assertThat(node.streams.open.get()).isLessThanOrEqualTo(open);
    }

    @Test
    void what_cannot_be_streamed_is_refused_before_a_stream_begins() throws Exception {
        assertProblem(get("/api/read-models/orders/stream"), 404, "unknown-read-model", "[orders]");
        assertProblem(get("/api/read-models/product_demand/stream"), 404, "not-watched", "withChangeLog");
        assertThat(post(STREAM, "{}").statusCode()).isEqualTo(405);
        node.streams.away = true;
        assertProblem(get(STREAM), 503, "unavailable", "try again");
        assertThat(node.streams.open).hasValue(0);
    }

    @Test
    void a_stream_goes_on_when_the_database_is_back() throws Exception {
        node.streams.add(Kind.COMPLETE, "a-1", "{}");
        try (Reader reader = Reader.open(server.port(), STREAM)) {
            reader.until("data: {}");
            node.streams.away = true;
            node.streams.add(Kind.CHANGED, "a-2", "{\"n\":2}");
            int looks = node.streams.looks.get();
            await().until(() -> node.streams.looks.get() > looks + 2);
            node.streams.away = false;

            assertThat(reader.until("data: {\"n\":2}")).containsExactly("event: changed", "id: a-2", "data: {\"n\":2}");
        }
    }

    @Test
    void a_reader_that_reads_nothing_is_not_read_ahead_for() throws Exception {
        String large = "{\"text\":\"" + "x".repeat(1 << 20) + "\"}";
        for (int i = 0; i < 40; i++) {
            node.streams.add(Kind.CHANGED, "a-" + i, large);
        }
        try (Reader reader = Reader.open(server.port(), STREAM)) {
            await().until(() -> node.streams.looks.get() > 1);
            await().during(Duration.ofMillis(500)).until(() -> node.streams.looks.get() < 25);
            assertThat(reader.until("id: a-39")).hasSize(1 + 3 * 39 + 2);
        }
    }

    @Test
    void streams_beyond_the_most_are_turned_away_until_a_reader_goes() throws Exception {
        node.streams.add(Kind.COMPLETE, "a-1", "{}");
        var readers = new ArrayList<Reader>();
        try {
            for (int i = 0; i < StreamResource.MAX_STREAMS; i++) {
                readers.add(Reader.open(server.port(), STREAM));
            }
            await().until(() -> node.streams.open.get() == StreamResource.MAX_STREAMS);
            var refused = get(STREAM);
            assertProblem(refused, 503, "overloaded", "[" + StreamResource.MAX_STREAMS + "] streams");
            assertThat(header(refused, "Retry-After")).isEqualTo("1");

            for (Reader reader : readers.subList(0, 10)) {
                reader.close();
            }
            await().until(() -> {
                node.streams.add(Kind.CHANGED, null, "{}");
                return node.streams.open.get() <= StreamResource.MAX_STREAMS - 10;
            });
            try (Reader reader = Reader.open(server.port(), STREAM)) {
                assertThat(reader.lines().readLine()).isEqualTo("HTTP/1.1 200 OK");
            }
        } finally {
            for (Reader reader : readers) {
                reader.close();
            }
        }
    }

    @Test
    void the_stop_of_the_node_ends_streams_at_once() throws Exception {
        node.streams.add(Kind.COMPLETE, "a-1", "{}");
        try (Reader reader = Reader.open(server.port(), STREAM)) {
            reader.until("data: {}");
            long begun = System.nanoTime();
            server.close();

            while (reader.lines().readLine() != null) {
                assertThat(System.nanoTime() - begun)
                        .isLessThan(Duration.ofSeconds(5).toNanos());
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(1));
        }
        assertThat(node.streams.open).hasValue(0);
    }

    @Test
    void who_asks_for_the_head_is_given_no_stream() throws Exception {
        node.streams.add(Kind.COMPLETE, "a-1", "{}");
        var answer = send(java.net.http.HttpRequest.newBuilder(uri(STREAM)).method("HEAD", BodyPublishers.noBody()));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(header(answer, "Content-Type")).isEqualTo("text/event-stream");
        await().until(() -> node.streams.open.get() == 0);
    }
}
