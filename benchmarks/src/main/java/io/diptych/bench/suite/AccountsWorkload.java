package io.diptych.bench.suite;

import static java.util.Objects.requireNonNull;

import io.diptych.bench.accounts.Accounts;
import io.diptych.bench.accounts.Deposits;
import io.diptych.bench.bed.Bed;
import io.diptych.bench.bed.Child;
import io.diptych.bench.load.KafkaLoad;
import io.diptych.bench.run.Figures;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The command engine of one node, with deposits into accounts. */
final class AccountsWorkload extends DescribedWorkload {

    private final String app;
    private final int partitions;
    private final Deposits deposits;
    private final int burst;
    private final Context context;
    private @Nullable Child child;
    private @Nullable KafkaLoad load;

    AccountsWorkload(
            String name,
            String description,
            String app,
            int partitions,
            Deposits deposits,
            int burst,
            Context context) {
        super(name, description);
        this.app = app;
        this.partitions = partitions;
        this.deposits = deposits;
        this.burst = burst;
        this.context = context;
    }

    @Override
    public void prepare() throws Exception {
        Bed bed = context.bed();
        KafkaLoad.Topics topics = Accounts.topics(app);
        bed.topics(Set.of(topics.replies()));
        Child started = Nodes.accounts(bed, app, partitions);
        child = started;
        Child.Ready unused = started.awaitReady(Bed.STARTS_WITHIN);
        load = new KafkaLoad(bed.kafka(), topics, deposits);
        open();
    }

    @Override
    public void round(Figures figures) throws Exception {
        open();
        long nanos = requireNonNull(load).burst(burst, requireNonNull(child));
        figures.add(Metrics.THROUGHPUT, burst / (nanos / 1e9));
    }

    /** Opens the accounts whose turn it is, if they are not open yet. */
    private void open() throws InterruptedException {
        KafkaLoad commands = requireNonNull(load);
        commands.send(deposits.untilOpen(commands.sent()), requireNonNull(child));
    }

    @Override
    public void finish(Figures figures) {
        KafkaLoad commands = requireNonNull(load);
        KafkaLoad.Stored stored = commands.checkVersions();
        long accounts = deposits.reached(commands.sent());
        if (stored.aggregates() != accounts) {
            throw new IllegalStateException("There are " + stored.aggregates() + " accounts, not " + accounts);
        }
        if (stored.bytes() < stored.events() * deposits.note().length()) {
            throw new IllegalStateException("The events have " + stored.bytes() + " bytes: they lack their notes");
        }
    }

    @Override
    public void close() {
        if (load != null) {
            load.close();
        }
        if (child != null) {
            child.close();
        }
    }
}
