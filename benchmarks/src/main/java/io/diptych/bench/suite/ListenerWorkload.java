package io.diptych.bench.suite;

import static java.util.Objects.requireNonNull;

import io.diptych.bench.bed.Bed;
import io.diptych.bench.bed.Child;
import io.diptych.bench.load.OrderTable;
import io.diptych.bench.run.Figures;
import io.diptych.bench.run.Workload;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The listener that most people write first; of the first events only, as it is so much slower. */
final class ListenerWorkload implements Workload {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final RebuildSuite suite;
    private @Nullable Child child;
    private String jdbcUrl = "";

    ListenerWorkload(RebuildSuite suite) {
        this.suite = suite;
    }

    @Override
    public String name() {
        return RebuildSuite.LISTENER;
    }

    @Override
    public String description() {
        return "rival: a hand-written listener with a transaction for each event, on the first "
                + suite.context().extent().listenerEvents() + " of them";
    }

    @Override
    public void prepare() throws Exception {
        suite.requireFilled();
        Bed bed = suite.context().bed();
        jdbcUrl = bed.database("rebuild-listener");
        Child started = bed.startRival(
                "listener",
                "rebuild-listener",
                "io.diptych.bench.rival.listener.OrderListener",
                List.of(bed.kafka(), RebuildSuite.topic(), jdbcUrl));
        child = started;
        suite.context()
                .results()
                .version(
                        RebuildSuite.LISTENER,
                        started.awaitReady(Bed.STARTS_WITHIN).versions());
    }

    @Override
    public void round(Figures figures) throws Exception {
        long events = suite.context().extent().listenerEvents();
        long nanos = Long.parseLong(requireNonNull(child).ask("fill " + events, PATIENCE));
        figures.add(Metrics.EVENTS, events / (nanos / 1e9));
        try (var table = new OrderTable(jdbcUrl, Nodes.READ_MODEL)) {
            long applied = table.sums(RebuildSuite.PREFIX).versions();
            if (applied != events) {
                throw new IllegalStateException("The rows have seen " + applied + " of " + events + " events");
            }
        }
    }

    @Override
    public void finish(Figures figures) {
        // Each round has looked at its rows.
    }

    @Override
    public void close() {
        if (child != null) {
            child.close();
        }
    }
}
