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
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Read models with so many rows each, some of which events that are there at once change one after the other. */
final class RowsWorkload extends DescribedWorkload {

    private static final String PREFIX = "o-";
    private static final int PART = 100_000;

    /** A prime that no number of rows is a multiple of: neighbours in the log are far from each other in the table. */
    private static final long STRIDE = 7919;

    private final String app;
    private final int rows;
    private final int touched;
    private final boolean queried;
    private final Context context;
    private @Nullable RowsNode node;
    private @Nullable Flood flood;
    private @Nullable EventFill fill;
    private final int[] events;
    private long written;
    private int floods;

    /**
     * The rows of an app.
     *
     * @param touched rows that a flood of events changes, one after the other, again and again; they are far from each other,
     *     and the next flood has others
     * @param queried whether callers ask for rows as well
     */
    RowsWorkload(String name, String description, String app, int rows, int touched, boolean queried, Context context) {
        super(name, description);
        this.app = app;
        this.rows = rows;
        this.touched = touched;
        this.events = new int[rows];
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
            long unused = flood((int) Math.min(PART, rows - written), number -> send(written * STRIDE % rows));
        }
    }

    @Override
    public void round(Figures figures) throws Exception {
        int flood = context.extent().growth().flood();
        int apart = rows / touched;
        int first = floods % apart;
        long from = (long) floods * flood;
        floods++;
        long nanos = flood(flood, number -> send((from + number) * STRIDE % touched * apart + first));
        double perSecond = flood / (nanos / 1e9);
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

    private long flood(int events, LongConsumer send) throws SQLException, InterruptedException {
        return requireNonNull(flood).nanos(requireNonNull(fill), events, send);
    }

    /** An order is created first; then each event is its next step: whether it may is not the table's business. */
    private void send(long order) {
        int before = events[(int) order]++;
        int steps = LifeCycle.STEPS.size();
        requireNonNull(fill).send(order, before == 0 ? 0 : 1 + (before - 1) % (steps - 1), before + 1);
        written++;
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
