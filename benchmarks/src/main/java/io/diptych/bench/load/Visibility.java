package io.diptych.bench.load;

import static java.util.Objects.requireNonNull;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * How long after a command was meant to be sent its answer comes, and its row can be seen: by a query with the answer's
 * token where there are tokens, else by looking at the table every two milliseconds, which costs those who are measured
 * less than callers that ask again and again.
 */
public final class Visibility {

    private static final long LOOKS_EVERY_MILLIS = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Latencies in microseconds. */
    public record Outcome(Histogram answered, Histogram visible) {}

    private final HttpApi api;
    private final OrderTable table;
    private final LifeCycle orders;
    private final OpenLoop loop;
    private final Histogram visible = OpenLoop.histogram();

    /** The orders whose rows are looked for, with the numbers of their commands. */
    private final Map<String, Long> awaited = new ConcurrentHashMap<>();

    private volatile boolean allAnswered;

    /** Each command makes an order with that prefix. */
    public Visibility(HttpApi api, OrderTable table, String prefix, OpenLoop loop) {
        this.api = api;
        this.table = table;
        this.orders = new LifeCycle(prefix);
        this.loop = loop;
    }

    private interface Answered {
        void order(String id, long number, @Nullable String token) throws InterruptedException;
    }

    /** By queries that carry the token of the command's answer. */
    public Outcome byToken() throws InterruptedException {
        return measure((id, number, token) -> {
            String row = api.get("/api/read-models/order_summary/" + id, requireNonNull(token));
            if (!row.contains(id)) {
                throw new IllegalStateException("The row of order [" + id + "] is " + row);
            }
            loop.record(visible, number, System.nanoTime());
        });
    }

    /** By looking at the table. */
    public Outcome byTable() throws InterruptedException {
        Thread looker = Thread.ofPlatform().name("visible").start(this::look);
        Outcome outcome;
        try {
            outcome = measure((id, number, token) -> awaited.put(id, number));
        } finally {
            allAnswered = true;
            looker.join();
        }
        loop.requireNoFailure();
        return outcome;
    }

    private Outcome measure(Answered then) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        loop.run(number -> threads.add(Thread.ofVirtual().start(() -> {
            try {
                LifeCycle.Command create = orders.command(number, 0);
                String token = api.send(create);
                loop.answered(number, System.nanoTime());
                then.order(create.orderId(), number, token);
            } catch (RuntimeException e) {
                loop.failed(e);
            } catch (InterruptedException e) {
                loop.failed(new IllegalStateException("Interrupted", e));
            }
        })));
        for (Thread thread : threads) {
            thread.join();
        }
        loop.requireNoFailure();
        return new Outcome(loop.latencies(), visible);
    }

    private void look() {
        try {
            long last = System.nanoTime();
            while (!allAnswered || !awaited.isEmpty()) {
                List<String> found = awaited.isEmpty() ? List.of() : table.visible(awaited.keySet(), 1);
                long now = System.nanoTime();
                for (String order : found) {
                    loop.record(visible, requireNonNull(awaited.remove(order)), now);
                    last = now;
                }
                if (now - last > PATIENCE.toNanos()) {
                    throw new IllegalStateException(
                            "After " + PATIENCE.toSeconds() + " s these orders were not seen: " + awaited.keySet());
                }
                Thread.sleep(LOOKS_EVERY_MILLIS);
            }
        } catch (SQLException e) {
            loop.failed(new IllegalStateException("The table of the read model could not be looked at", e));
        } catch (RuntimeException e) {
            loop.failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
