package io.diptych.bench.suite;

import static java.util.Objects.requireNonNull;

import io.diptych.bench.bed.Bed;
import io.diptych.bench.bed.Child;
import io.diptych.bench.load.EventFill;
import io.diptych.bench.load.HttpApi;
import io.diptych.bench.load.LagProbe;
import io.diptych.bench.load.LifeCycle;
import io.diptych.bench.load.LiveOrders;
import io.diptych.bench.load.OrderTable;
import io.diptych.bench.load.QueryProbe;
import io.diptych.bench.run.Figures;
import io.diptych.bench.run.Workload;
import io.diptych.kafka.Json;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A rebuild as its operator asks for it: once with nothing beside it, as the ceilings are measured, and once while a few
 * commands a second go on and the rows that serve are watched.
 */
final class RebuildWorkload implements Workload {

    private static final Duration PATIENCE = Duration.ofMinutes(30);
    private static final long LOOKS_EVERY_MILLIS = 20;
    private static final int LIVE_PER_SECOND = 50;
    private static final int QUERIES_PER_SECOND = 200;

    /** Long enough for a percentile, of queries while nothing is rebuilt. */
    private static final Duration AT_REST = Duration.ofSeconds(3);

    private static final Duration AROUND_SWITCH = Duration.ofSeconds(1);

    private final RebuildSuite suite;
    private @Nullable Child child;
    private @Nullable HttpApi api;
    private @Nullable OrderTable table;
    private @Nullable Positions positions;
    private int run;

    RebuildWorkload(RebuildSuite suite) {
        this.suite = suite;
    }

    @Override
    public String name() {
        return RebuildSuite.DIPTYCH;
    }

    @Override
    public String description() {
        return "the rows made anew beside those that serve, events/s from the first batch of the log to its last; then"
                + " once more with " + LIVE_PER_SECOND + " commands/s and " + QUERIES_PER_SECOND
                + " queries/s meanwhile";
    }

    @Override
    public void prepare() throws Exception {
        suite.requireFilled();
        Bed bed = suite.context().bed();
        String jdbcUrl = bed.database("rebuild-diptych");
        Child started = Nodes.start(bed, RebuildSuite.NAME, "--postgres", jdbcUrl);
        child = started;
        // It has no checkpoint of the orders in the log: all their events are read before it is ready.
        HttpApi node = new HttpApi(started.awaitReady(PATIENCE).address());
        api = node;
        OrderTable rows = new OrderTable(jdbcUrl, RebuildSuite.NAME + "." + Nodes.READ_MODEL);
        table = rows;
        positions = new Positions(jdbcUrl, RebuildSuite.NAME, Nodes.READ_MODEL);
        rows.await(RebuildSuite.PREFIX, EventFill.sums(suite.events()), PATIENCE, started);
    }

    @Override
    public void round(Figures figures) throws Exception {
        int alone = begin();
        figures.add(Metrics.EVENTS, fillingRate(alone));
        awaitServing(alone);
        beside(figures);
        requireNonNull(table).require(RebuildSuite.PREFIX, EventFill.sums(suite.events()));
    }

    private void beside(Figures figures) throws Exception {
        HttpApi node = requireNonNull(api);
        run++;
        long orders = suite.events() / LifeCycle.STEPS.size();
        try (var live = new LiveOrders(node, "live" + run + "-", LIVE_PER_SECOND);
                var queries = new QueryProbe(
                        node,
                        QUERIES_PER_SECOND,
                        i -> "/api/read-models/" + Nodes.READ_MODEL + "/" + RebuildSuite.PREFIX + i * 7919 % orders);
                var probe = new LagProbe(requireNonNull(table), live::latest)) {
            Thread.sleep(AT_REST.plus(AROUND_SWITCH));
            long asked = System.nanoTime();
            figures.add(Metrics.QUERY_P99, queries.p99Millis(asked - AT_REST.toNanos(), asked));
            int generation = begin();
            figures.add(Metrics.EVENTS_BESIDE, fillingRate(generation));
            awaitServing(generation);
            long serves = System.nanoTime();
            figures.add(Metrics.REBUILD, (serves - asked) / 1e9);
            Thread.sleep(AROUND_SWITCH);
            long around = AROUND_SWITCH.toNanos();
            figures.add(Metrics.QUERY_FILLING_P99, queries.p99Millis(asked, serves - around));
            figures.add(Metrics.QUERY_SWITCH_P99, queries.p99Millis(serves - around, serves + around));
            live.stop();
            figures.add(Metrics.BEHIND, probe.worstSeconds());
        }
    }

    /** Asks for new rows; returns their generation. */
    private int begin() throws InterruptedException {
        String answer = requireNonNull(api).post("/api/projections/" + Nodes.READ_MODEL + "/rebuild?keep=false", "");
        return Json.mapper().readTree(answer).get("generation").intValue();
    }

    /** From the moment in which something of the log is in the new rows until all of it is. */
    private double fillingRate(int generation) throws SQLException, InterruptedException {
        long first = awaitPosition(generation, 1);
        long begun = System.nanoTime();
        awaitPosition(generation, suite.events());
        return (suite.events() - first) / ((System.nanoTime() - begun) / 1e9);
    }

    private long awaitPosition(int generation, long atLeast) throws SQLException, InterruptedException {
        return requireNonNull(positions)
                .await(generation, atLeast, PATIENCE, LOOKS_EVERY_MILLIS, requireNonNull(child));
    }

    private void awaitServing(int generation) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!serves(generation)) {
            requireNonNull(child).requireAlive();
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(
                        "After " + PATIENCE.toMinutes() + " minutes generation " + generation + " does not serve");
            }
            Thread.sleep(LOOKS_EVERY_MILLIS);
        }
    }

    private boolean serves(int generation) throws InterruptedException {
        for (JsonNode one : Json.mapper()
                .readTree(requireNonNull(api).get("/api/projections", null))
                .get("projections")) {
            if (one.get("generation").intValue() == generation) {
                return one.get("role").stringValue().equals("SERVING");
            }
        }
        return false;
    }

    @Override
    public void finish(Figures figures) {
        // Each round has compared its rows with the log.
    }

    @Override
    public void close() throws SQLException {
        if (positions != null) {
            positions.close();
        }
        if (table != null) {
            table.close();
        }
        if (api != null) {
            api.close();
        }
        if (child != null) {
            child.close();
        }
    }
}
