package io.diptych.server.internal;

import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.message.internal.Backoff;
import io.diptych.projection.Filter;
import io.diptych.projection.ReadModel;
import io.diptych.projection.RowStream;
import io.diptych.projection.RowStream.Event;
import io.diptych.projection.RowStream.Kind;
import io.diptych.projection.RowStream.Portion;
import io.helidon.webserver.CloseConnectionException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /api/read-models/{name}/stream} and {@code …/{key}/stream}: rows, and then their changes, as server-sent
 * events. A stream costs a virtual thread and a portion of events; its reader sets the pace.
 */
final class StreamResource {

    private static final Logger LOG = LoggerFactory.getLogger(StreamResource.class);

    /** Each reads for itself what is committed: far more would keep the database busy with reading. */
    static final int MAX_STREAMS = 500;

    /** Shorter than proxies wait for an idle connection; a caller that has gone is noticed at the next. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);

    private static final String RETRY = "retry: 1000\n\n";

    private final Backend backend;
    private final Map<String, Class<?>> rowTypes = new HashMap<>();
    private final Semaphore places = new Semaphore(MAX_STREAMS);
    private final Set<RowStream> open = ConcurrentHashMap.newKeySet();
    private final CountDownLatch stopping = new CountDownLatch(1);

    StreamResource(Backend backend) {
        this.backend = backend;
        for (ReadModel<?, ?> model : backend.app().readModels()) {
            rowTypes.put(model.name(), model.rowType());
        }
    }

    /** Ends all streams, so that the server can stop. */
    void stop() {
        stopping.countDown();
        open.forEach(RowStream::close);
    }

    /** How many there are. */
    int count() {
        return open.size();
    }

    void one(Exchange exchange) throws InterruptedException {
        QueryParameters.only(exchange, Set.of());
        follow(exchange, exchange.path("key"), List.of());
    }

    void all(Exchange exchange) throws InterruptedException {
        Class<?> rowType = rowTypes.get(exchange.path("name"));
        QueryParameters.once(exchange.query());
        var filters = new ArrayList<Filter>();
        exchange.query().forEach(parameter -> filters.add(FilterParameters.parse(parameter, rowType)));
        follow(exchange, null, filters);
    }

    private void follow(Exchange exchange, @Nullable String key, List<Filter> filters) throws InterruptedException {
        if (!places.tryAcquire()) {
            throw Problem.Type.OVERLOADED.exception("There are already [" + MAX_STREAMS
                    + "] streams here: open this one again later, or at another gateway");
        }
        String lastId = exchange.header("Last-Event-ID");
        try (RowStream stream = backend.queries().stream(exchange.path("name"), key, filters, lastId)) {
            open.add(stream);
            try {
                // What is refused is refused with a status, so before the stream begins.
                send(exchange, stream, stream.next(Duration.ZERO));
            } finally {
                open.remove(stream);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new CloseConnectionException("The reader of a stream has gone", e);
        } finally {
            places.release();
        }
    }

    private void send(Exchange exchange, RowStream stream, Portion first) throws IOException, InterruptedException {
        if (exchange.isHead()) {
            exchange.send(200, "text/event-stream", new byte[0]);
            return;
        }
        exchange.set("X-Accel-Buffering", "no");
        try (OutputStream out = exchange.stream("text/event-stream")) {
            out.write(RETRY.getBytes(StandardCharsets.UTF_8));
            Portion portion = first;
            while (portion != null) {
                out.write(written(portion).getBytes(StandardCharsets.UTF_8));
                out.flush();
                portion = next(stream, portion);
            }
        }
    }

    /** Null when the stream is over. While the database is away, a portion without events, after a while. */
    private @Nullable Portion next(RowStream stream, Portion before) throws InterruptedException {
        var backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(2));
        long deadline = System.nanoTime() + HEARTBEAT.toNanos();
        while (stopping.getCount() > 0) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return new Portion(List.of(), before.id());
            }
            try {
                Portion portion = stream.next(Duration.ofNanos(left));
                return stopping.getCount() > 0 ? portion : null;
            } catch (ProblemException e) {
                if (e.problem().type() != Problem.Type.UNAVAILABLE) {
                    // Whoever asks again is told why.
                    LOG.info("A stream ends: {}", e.getMessage());
                    return null;
                }
                stopping.await(backoff.next().toMillis(), TimeUnit.MILLISECONDS);
            }
        }
        return null;
    }

    /** A portion without events as a sign of life, which carries the id, so that quiet does not make it grow old. */
    private static String written(Portion portion) {
        var text = new StringBuilder();
        for (Event event : portion.events()) {
            text.append("event: ").append(event.kind().written()).append('\n');
            if (event.id() != null) {
                text.append("id: ").append(event.id()).append('\n');
            } else if (event.kind() == Kind.RESET) {
                // Cut before all rows have come, it begins anew.
                text.append("id\n");
            }
            text.append("data: ").append(event.json()).append("\n\n");
        }
        if (portion.events().isEmpty()) {
            text.append(portion.id() == null ? ": waiting\n\n" : "id: " + portion.id() + "\n\n");
        }
        return text.toString();
    }
}
