package io.diptych.bench.suite;

import static io.diptych.bench.suite.Metrics.ANSWER_P50;
import static io.diptych.bench.suite.Metrics.ANSWER_P99;
import static io.diptych.bench.suite.Metrics.BEHIND;
import static io.diptych.bench.suite.Metrics.CATCHING_UP;
import static io.diptych.bench.suite.Metrics.CLOSED_LOOP;
import static io.diptych.bench.suite.Metrics.CLOSED_LOOP_P50;
import static io.diptych.bench.suite.Metrics.CLOSED_LOOP_P99;
import static io.diptych.bench.suite.Metrics.VISIBLE_P50;
import static io.diptych.bench.suite.Metrics.VISIBLE_P99;
import static java.util.Objects.requireNonNull;

import io.diptych.bench.bed.Bed;
import io.diptych.bench.bed.Child;
import io.diptych.bench.load.Callers;
import io.diptych.bench.load.HttpApi;
import io.diptych.bench.load.LagProbe;
import io.diptych.bench.load.OpenLoop;
import io.diptych.bench.load.OrderCallers;
import io.diptych.bench.load.OrderTable;
import io.diptych.bench.load.Visibility;
import io.diptych.bench.run.Figures;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** A whole system over HTTP: commands in, rows out, with the read model on. */
final class HttpWorkload extends DescribedWorkload {

    private static final double PER_SECOND = 200;
    private static final Duration CATCHES_UP_WITHIN = Duration.ofMinutes(5);

    /** What is measured, by what it needs to be started; the database is its own. */
    interface Start {
        Child on(Bed bed, String jdbcUrl) throws Exception;
    }

    private final String schema;
    private final boolean ours;
    private final Start start;
    private final Context context;
    private @Nullable Child child;
    private @Nullable HttpApi api;
    private @Nullable OrderTable table;
    private int run;
    private long orders;
    private String queried = "";

    /**
     * A system that is measured.
     *
     * @param schema of its table, with a point behind it, or nothing
     * @param ours whether it is Diptych, which has tokens and queries
     */
    HttpWorkload(String name, String description, String schema, boolean ours, Start start, Context context) {
        super(name, description);
        this.schema = schema;
        this.ours = ours;
        this.start = start;
        this.context = context;
    }

    @Override
    public void prepare() throws Exception {
        Bed bed = context.bed();
        String jdbcUrl = bed.database("http-" + name());
        Child started = start.on(bed, jdbcUrl);
        child = started;
        Child.Ready ready = started.awaitReady(Bed.STARTS_WITHIN);
        if (!ready.versions().isEmpty()) {
            context.results().version(name(), ready.versions());
        }
        api = new HttpApi(ready.address());
        table = new OrderTable(jdbcUrl, schema + Nodes.READ_MODEL);
    }

    @Override
    public void round(Figures figures) throws Exception {
        requireNonNull(child).requireAlive();
        run++;
        closedLoop(figures);
        visibility(figures);
        if (ours) {
            queries(figures);
        }
    }

    private void closedLoop(Figures figures) throws Exception {
        OrderTable rows = requireNonNull(table);
        String prefix = "c" + run + "-";
        var callers = new OrderCallers(requireNonNull(api), prefix);
        try (var probe = new LagProbe(rows, callers::latest)) {
            Callers.Outcome outcome = Callers.run(context.extent().http(), callers);
            long answered = System.nanoTime();
            figures.add(CLOSED_LOOP, outcome.perSecond());
            Metrics.add(figures, CLOSED_LOOP_P50, outcome.latencies(), 50);
            Metrics.add(figures, CLOSED_LOOP_P99, outcome.latencies(), 99);
            // The next round, and the next who is measured, begin in silence.
            rows.await(prefix, callers.expected(), CATCHES_UP_WITHIN, requireNonNull(child));
            figures.add(CATCHING_UP, (System.nanoTime() - answered) / 1e9);
            figures.add(BEHIND, probe.worstSeconds());
        }
        orders = callers.expected().orders();
        queried = prefix;
    }

    private void visibility(Figures figures) throws Exception {
        var loop = new OpenLoop(
                PER_SECOND, context.extent().warmUp(), context.extent().latency());
        var visibility = new Visibility(requireNonNull(api), requireNonNull(table), "v" + run + "-", loop);
        Visibility.Outcome outcome = ours ? visibility.byToken() : visibility.byTable();
        Metrics.add(figures, ANSWER_P50, outcome.answered(), 50);
        Metrics.add(figures, ANSWER_P99, outcome.answered(), 99);
        Metrics.add(figures, VISIBLE_P50, outcome.visible(), 50);
        Metrics.add(figures, VISIBLE_P99, outcome.visible(), 99);
    }

    private void queries(Figures figures) throws InterruptedException {
        HttpApi queries = requireNonNull(api);
        String path = "/api/read-models/" + Nodes.READ_MODEL;
        Callers.Outcome byKey = Callers.run(context.extent().http(), caller -> {
            String order = queried + ThreadLocalRandom.current().nextLong(orders);
            requireIn(queries.get(path + "/" + order, null), "\"orderId\":\"" + order + "\"");
        });
        figures.add(Metrics.BY_KEY, byKey.perSecond());
        Metrics.add(figures, Metrics.BY_KEY_P50, byKey.latencies(), 50);
        Metrics.add(figures, Metrics.BY_KEY_P99, byKey.latencies(), 99);
        Callers.Outcome byFilter = Callers.run(context.extent().http(), caller -> {
            String customer = "C-" + ThreadLocalRandom.current().nextLong(Math.min(orders, 2000));
            requireIn(
                    queries.get(path + "?limit=10&customerId=" + customer, null),
                    "\"customerId\":\"" + customer + "\"");
        });
        figures.add(Metrics.BY_FILTER, byFilter.perSecond());
        Metrics.add(figures, Metrics.BY_FILTER_P50, byFilter.latencies(), 50);
        Metrics.add(figures, Metrics.BY_FILTER_P99, byFilter.latencies(), 99);
    }

    private static void requireIn(String answer, String part) {
        if (!answer.contains(part)) {
            throw new IllegalStateException("The answer to a query lacks [" + part + "]: " + answer);
        }
    }

    @Override
    public void finish(Figures figures) {
        // Each round has compared its table with what was accepted.
    }

    @Override
    public void close() throws SQLException {
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
