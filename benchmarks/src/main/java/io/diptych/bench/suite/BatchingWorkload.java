package io.diptych.bench.suite;

import static java.util.Objects.requireNonNull;

import io.diptych.TopicNames;
import io.diptych.bench.load.EventFill;
import io.diptych.bench.load.OpenLoop;
import io.diptych.bench.run.Figures;
import io.diptych.bench.run.Workload;
import io.diptych.projection.Batching;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A node that only keeps a read model, and events that are written for it: a few a second, then many at once. */
final class BatchingWorkload implements Workload {

    private static final int PER_SECOND = 200;
    private static final String BATCHES = "diptych_projection_batch_size_count";

    /** Of the batches of one, which take a transaction each. */
    private static final int FEW = 4_000;

    private static final int MANY = 100_000;

    private final Context context;
    private final String app;
    private final Batching batching;
    private @Nullable RowsNode node;
    private int run;
    private long written;

    BatchingWorkload(Context context, String app, Batching batching) {
        this.context = context;
        this.app = app;
        this.batching = batching;
    }

    @Override
    public String name() {
        return app.substring(app.indexOf('_') + 1).replace('_', '-');
    }

    @Override
    public String description() {
        return "an event waits " + batching.maxDelay().toMillis() + " ms for others, " + batching.maxEvents()
                + " at most in a transaction";
    }

    @Override
    public void prepare() throws Exception {
        node = RowsNode.start(context.bed(), app);
    }

    @Override
    public void round(Figures figures) throws Exception {
        run++;
        trickle(figures);
        flood(figures);
    }

    private void trickle(Figures figures) throws Exception {
        var loop = new OpenLoop(
                PER_SECOND, context.extent().warmUp(), context.extent().latency());
        long events = loop.count();
        String prefix = "t" + run + "-";
        long before = written;
        double batches = batches();
        try (var fill = new EventFill(context.bed().kafka(), topic(), prefix, Duration.ZERO)) {
            Thread sender = Thread.ofPlatform().start(() -> loop.run(fill::send));
            for (long seen = 0; seen < events; ) {
                long now = requireNonNull(node).awaitPosition(before + seen + 1) - before;
                long at = System.nanoTime();
                for (; seen < now; seen++) {
                    loop.answered(seen, at);
                }
            }
            sender.join();
        }
        written += events;
        Metrics.add(figures, BatchingSuite.VISIBLE_P50, loop.latencies(), 50);
        Metrics.add(figures, BatchingSuite.VISIBLE_P99, loop.latencies(), 99);
        figures.add(BatchingSuite.PER_TRANSACTION, events / (batches() - batches));
        requireNonNull(node).requireVersions(prefix, events);
    }

    private void flood(Figures figures) throws Exception {
        long events = batching.maxEvents() == 1 ? FEW : MANY;
        String prefix = "f" + run + "-";
        long begun = System.nanoTime();
        EventFill.write(context.bed().kafka(), topic(), prefix, events);
        written += events;
        long unused = requireNonNull(node).awaitPosition(written);
        figures.add(BatchingSuite.CATCHING_UP, events / ((System.nanoTime() - begun) / 1e9));
        requireNonNull(node).require(prefix, EventFill.sums(events));
    }

    private String topic() {
        return TopicNames.events(app, Nodes.AGGREGATE);
    }

    private double batches() throws InterruptedException {
        return requireNonNull(node)
                .api()
                .get("/metrics", null)
                .lines()
                .filter(line -> line.startsWith(BATCHES))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    @Override
    public void finish(Figures figures) {
        // Each round has looked at its rows.
    }

    @Override
    public void close() throws SQLException {
        if (node != null) {
            node.close();
        }
    }
}
