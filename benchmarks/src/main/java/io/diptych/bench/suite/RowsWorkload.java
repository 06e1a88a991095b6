package io.diptych.bench.suite;

import static java.util.Objects.requireNonNull;

import io.diptych.TopicNames;
import io.diptych.bench.bed.Bed;
import io.diptych.bench.load.Callers;
import io.diptych.bench.load.EventFill;
import io.diptych.bench.load.LifeCycle;
import io.diptych.bench.load.OrderTable.Sums;
import io.diptych.bench.run.Figures;
import java.sql.SQLException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Read models with so many rows each, which events that are there at once change one after the other. */
final class RowsWorkload extends DescribedWorkload {

    private static final String PREFIX = "o-";
    private static final int PART = 100_000;

    /** A prime that no number of rows is a multiple of: neighbours in the log are far from each other in the table. */
    private static final long STRIDE = 7919;

    private final String app;
    private final int rows;
    private final boolean queried;
    private final Context context;
    private @Nullable RowsNode node;
    private @Nullable Flood flood;
    private @Nullable EventFill fill;
    private long written;

    /** @param queried whether callers ask for rows as well */
    RowsWorkload(String name, String description, String app, int rows, boolean queried, Context context) {
        super(name, description);
        this.app = app;
        this.rows = rows;
        this.queried = queried;
        this.context = context;
    }

    @Override
    public void prepare() throws Exception {
        Bed bed = context.bed();
        RowsNode started = RowsNode.start(bed, app);
        node = started;
        flood = new Flood(started);
        fill = EventFill.inTransactions(bed.kafka(), TopicNames.events(app, Nodes.AGGREGATE), PREFIX);
        while (written < rows) {
            long unused = flood((int) Math.min(PART, rows - written));
        }
    }

    @Override
    public void round(Figures figures) throws Exception {
        int events = context.extent().growth().flood();
        double perSecond = events / (flood(events) / 1e9);
        figures.add(GrowthSuite.CATCHING_UP, perSecond);
        RowsNode tables = requireNonNull(node);
        long units = EventFill.sums((long) rows * LifeCycle.STEPS.size()).units();
        tables.require(PREFIX, new Sums(rows, written, units));
        if (queried) {
            queries(figures);
        } else {
            figures.add(GrowthSuite.ALL_MODELS, perSecond * tables.readModels());
        }
    }

    private long flood(int events) throws SQLException, InterruptedException {
        EventFill log = requireNonNull(fill);
        return requireNonNull(flood).nanos(log, events, number -> send(log, written++));
    }

    /** First all orders are created, then each in turn takes its next step: whether it may is not the table's business. */
    private void send(EventFill log, long number) {
        long order = number * STRIDE % rows;
        long before = number / rows;
        int steps = LifeCycle.STEPS.size();
        log.send(order, before == 0 ? 0 : (int) (1 + (before - 1) % (steps - 1)), before + 1);
    }

    private void queries(Figures figures) throws InterruptedException {
        RowsNode tables = requireNonNull(node);
        String path = "/api/read-models/" + Nodes.READ_MODEL + "/" + PREFIX;
        Callers.Outcome byKey = Callers.run(context.extent().growth().queries(), caller -> {
            long order = ThreadLocalRandom.current().nextLong(rows);
            String row = tables.api().get(path + order, null);
            if (!row.contains("\"orderId\":\"" + PREFIX + order + "\"")) {
                throw new IllegalStateException("The answer to a query for [" + PREFIX + order + "] is " + row);
            }
        });
        figures.add(Metrics.BY_KEY, byKey.perSecond());
    }

    @Override
    public void finish(Figures figures) {
        // Each round has looked at its rows.
    }

    @Override
    public void close() throws SQLException {
        if (fill != null) {
            fill.close();
        }
        if (node != null) {
            node.close();
        }
    }
}
