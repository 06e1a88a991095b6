package io.diptych.bench.restart;

import static java.util.Objects.requireNonNull;

import io.diptych.bench.Bench;
import io.diptych.bench.accounts.Accounts;
import io.diptych.bench.accounts.Deposits;
import io.diptych.bench.bed.Bed;
import io.diptych.bench.bed.Child;
import io.diptych.bench.load.KafkaLoad;
import io.diptych.bench.run.Figures;
import io.diptych.bench.run.Metric;
import io.diptych.bench.run.Workload;
import io.diptych.kafka.checkpoint.Checkpoints;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Restarts of a command node that has many aggregates. */
public final class RestartWorkload implements Workload {

    private static final Metric AFTER_KILL = Metric.seconds("restart after kill -9, to the first handled command");
    private static final Metric AFTER_STOP = Metric.seconds("restart after a stop");
    private static final Metric EMPTY_DISK = Metric.seconds("restart with an empty disk");

    private static final String APP = "restart";
    private static final int EVENTS_EACH = 3;

    private final Supplier<Bed> bed;
    private final RestartOptions options;
    private final int aggregates;
    private final Deposits deposits;
    private @Nullable KafkaLoad load;
    private @Nullable Child node;
    private int disk;

    /** With that many aggregates, unless the options have another number. */
    public RestartWorkload(Supplier<Bed> bed, RestartOptions options, int usual) {
        this.bed = bed;
        this.options = options;
        this.aggregates = options.aggregates == null ? usual : options.aggregates;
        this.deposits = Deposits.among(aggregates).withHistory(EVENTS_EACH, 1);
    }

    /** What is drawn. */
    public static List<Metric> chart() {
        return List.of(AFTER_KILL, AFTER_STOP, EMPTY_DISK);
    }

    @Override
    public String name() {
        return "diptych";
    }

    @Override
    public String description() {
        return "a command node with " + aggregates + " aggregates of " + EVENTS_EACH
                + " events and more, and a heap of " + options.heap + " MB; " + options.commands
                + " commands before each restart";
    }

    @Override
    public void prepare() throws Exception {
        Bed on = bed.get();
        on.topics(Set.of(Accounts.topics(APP).replies()));
        Child first = start();
        Child.Ready unused = first.awaitReady(Bed.STARTS_WITHIN);
        KafkaLoad commands = new KafkaLoad(on.kafka(), Accounts.topics(APP), deposits);
        load = commands;
        commands.send(deposits.untilOpen(0), first);
    }

    @Override
    public boolean warmsUp() {
        return false;
    }

    @Override
    public void round(Figures figures) throws Exception {
        working().kill();
        figures.add(AFTER_KILL, restart());
        working().close();
        figures.add(AFTER_STOP, restart());
        working().close();
        Checkpoints.delete(stateDir());
        disk++;
        figures.add(EMPTY_DISK, restart());
    }

    /** The node, which has just written to its disk and to the log. */
    private Child working() throws InterruptedException {
        Child working = requireNonNull(node);
        requireNonNull(load).send(options.commands, working);
        return working;
    }

    /** Seconds from the start of the process to the event of a command that was there before. */
    private double restart() throws InterruptedException {
        return requireNonNull(load).burst(1, this::start) / 1e9;
    }

    @Override
    public void finish(Figures figures) {
        KafkaLoad.Stored stored = requireNonNull(load).checkVersions();
        if (stored.aggregates() != aggregates) {
            throw new IllegalStateException("There are " + stored.aggregates() + " accounts, not " + aggregates);
        }
    }

    @Override
    public void close() {
        if (load != null) {
            load.close();
        }
        if (node != null) {
            node.close();
        }
    }

    private Child start() {
        Bed on = bed.get();
        Child started = on.withHeap(options.heap)
                .start(
                        APP,
                        Bench.class,
                        "node",
                        "accounts",
                        APP,
                        "run",
                        "--roles",
                        "command",
                        "--kafka",
                        on.kafka(),
                        "--node-id",
                        "bench",
                        "--partitions",
                        "" + Bed.PARTITIONS,
                        "--port",
                        "0",
                        "--state-dir",
                        stateDir().toString());
        node = started;
        return started;
    }

    /** Another one each time that the disk is to be empty. */
    private Path stateDir() {
        return bed.get().dir().resolve(APP + "-disk-" + disk);
    }
}
