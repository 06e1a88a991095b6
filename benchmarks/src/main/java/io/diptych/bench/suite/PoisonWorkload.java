package io.diptych.bench.suite;

import static java.util.Objects.requireNonNull;

import io.diptych.TopicNames;
import io.diptych.bench.bed.Bed;
import io.diptych.bench.bed.Child;
import io.diptych.bench.load.EventFill;
import io.diptych.bench.load.LettersApi;
import io.diptych.bench.load.LettersApi.Retried;
import io.diptych.bench.load.OrderTable.Sums;
import io.diptych.bench.poison.OfflineFold;
import io.diptych.bench.poison.OrderRows;
import io.diptych.bench.poison.ParkedTopic;
import io.diptych.bench.poison.Poison;
import io.diptych.bench.run.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A projection node, and events that are there at once, of which it cannot fold some until it is mended. */
final class PoisonWorkload extends DescribedWorkload {

    private final int keys;
    private final Context context;
    private final String app;
    private final Map<String, Long> everParked = new HashMap<>();
    private @Nullable RowsNode node;
    private @Nullable Flood flood;
    private @Nullable OrderRows rows;
    private int run;

    /** @param keys how many orders of a round have a poison event */
    PoisonWorkload(String name, String description, int keys, Context context) {
        super(name, description);
        this.keys = keys;
        this.context = context;
        this.app = "poison_" + keys;
    }

    @Override
    public void prepare() throws Exception {
        Bed bed = context.bed();
        String jdbcUrl = bed.database(app);
        Child child = Nodes.poisoned(bed, app, mended(), app, app, "--postgres", jdbcUrl);
        RowsNode started = RowsNode.of(child, app, jdbcUrl);
        node = started;
        flood = new Flood(started);
        rows = new OrderRows(jdbcUrl, app + "." + Nodes.READ_MODEL);
    }

    @Override
    public void round(Figures figures) throws Exception {
        run++;
        String prefix = "r" + run + "-";
        Files.deleteIfExists(mended());
        int events = context.extent().poisoning().events();
        figures.add(Metrics.EVENTS, events / (flood(prefix, events) / 1e9));
        OfflineFold expected = OfflineFold.of(context.bed().kafka(), Nodes.orders(app), prefix);
        requireParked(expected, prefix);
        figures.add(PoisonSuite.PARKED, expected.waiting().size());
        figures.add(PoisonSuite.LETTERS, expected.letters());
        everParked.putAll(expected.waiting());
        retry(figures, expected, prefix);
    }

    private long flood(String prefix, int events) throws SQLException, InterruptedException {
        String topic = TopicNames.events(app, Nodes.AGGREGATE);
        Poison poison = PoisonSuite.poison(context, keys);
        try (var fill = EventFill.inTransactions(context.bed().kafka(), topic, prefix)) {
            fill.mark(poison);
            return requireNonNull(flood).nanos(fill, events, number -> fill.send(number, events));
        }
    }

    private void requireParked(OfflineFold expected, String prefix) throws SQLException, InterruptedException {
        if (expected.waiting().size() != keys) {
            throw new IllegalStateException(
                    "The log has poison for " + expected.waiting().size() + " keys, not for [" + keys + "]");
        }
        PoisonChecks.requireParked(expected, letters().parked());
        requireNonNull(rows).require("while events are parked", prefix, expected.poisoned());
    }

    /** Mends the fold, and has all that waits tried: first to see what would happen, then for good. */
    private void retry(Figures figures, OfflineFold expected, String prefix)
            throws IOException, SQLException, InterruptedException {
        OrderRows table = requireNonNull(rows);
        Files.createFile(mended());
        var all = new Retried(keys, expected.letters(), expected.letters(), keys);
        PoisonChecks.requireRetried("preview", all, letters().retryAll(true));
        requireParked(expected, prefix);
        long begun = System.nanoTime();
        PoisonChecks.requireRetried("retry", all, letters().retryAll(false));
        if (keys > 0) {
            figures.add(PoisonSuite.RETRY, (System.nanoTime() - begun) / 1e9);
        }
        PoisonChecks.requireNothingParked(letters().parked());
        table.require("after the retry", prefix, expected.whole());
    }

    private LettersApi letters() {
        return new LettersApi(requireNonNull(node).api(), Nodes.READ_MODEL);
    }

    private Path mended() {
        return PoisonSuite.mended(context.bed(), app);
    }

    @Override
    public void finish(Figures figures) throws Exception {
        Sums each = EventFill.sums(context.extent().poisoning().events());
        requireNonNull(node).require("r", new Sums(run * each.orders(), run * each.versions(), run * each.units()));
        if (keys > 0) {
            ParkedTopic.of(context.bed().kafka(), TopicNames.deadLetters(app, Nodes.READ_MODEL))
                    .require(everParked, true);
        }
    }

    @Override
    public void close() throws SQLException {
        if (rows != null) {
            rows.close();
        }
        if (node != null) {
            node.close();
        }
    }
}
