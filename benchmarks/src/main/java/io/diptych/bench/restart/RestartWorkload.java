package io.diptych.bench.restart;

import static java.util.Objects.requireNonNull;

import io.diptych.bench.Bench;
import io.diptych.bench.bed.Bed;
import io.diptych.bench.bed.Child;
import io.diptych.bench.run.Figures;
import io.diptych.bench.run.Metric;
import io.diptych.bench.run.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Restarts of a command node that has many aggregates, and whether many make it slower. */
public final class RestartWorkload implements Workload {

    private static final Metric FEW_PER_SECOND = Metric.rate("throughput with 10,000 aggregates", "commands/s");
    private static final Metric MANY_PER_SECOND = Metric.rate("throughput with many", "commands/s");
    private static final Metric RATIO = Metric.rate("ratio", "many / few");
    private static final Metric AFTER_KILL = Metric.seconds("restart after kill -9, to the first handled command");
    private static final Metric AFTER_STOP = Metric.seconds("restart after a stop");
    private static final Metric EMPTY_DISK = Metric.seconds("restart with an empty disk");

    private static final Duration PATIENCE = Duration.ofMinutes(20);
    private static final int EVENTS_EACH = 3;
    private static final int FEW_COUNT = 10_000;

    /** Of both, before they are compared: half of the machine compiles the hot code at first. */
    private static final int WARM_UP_ROUNDS = 3;

    private static final String FEW = "few";
    private static final String MANY = "many";

    private final Supplier<Bed> bed;
    private final RestartOptions options;
    private @Nullable DepositLoad few;
    private @Nullable DepositLoad many;
    private @Nullable Child fewNode;
    private @Nullable Child manyNode;

    /** With that many aggregates. */
    public RestartWorkload(Supplier<Bed> bed, RestartOptions options) {
        this.bed = bed;
        this.options = options;
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
        return "a command node with --aggregates of them, and a heap of --heap MB";
    }

    @Override
    public void prepare() throws Exception {
        DepositLoad ofFew = new DepositLoad(FEW, bed.get().kafka());
        few = ofFew;
        populate(ofFew, FEW, FEW_COUNT);
        DepositLoad ofMany = new DepositLoad(MANY, bed.get().kafka());
        many = ofMany;
        populate(ofMany, MANY, options.aggregates);
        Child withFew = ready(FEW, "disk");
        fewNode = withFew;
        Child withMany = ready(MANY, "disk");
        manyNode = withMany;
        long unused = ofFew.sendOneAndAwait(PATIENCE, withFew) + ofMany.sendOneAndAwait(PATIENCE, withMany);
        for (int i = 0; i < WARM_UP_ROUNDS; i++) {
            double unusedRate = burst(ofFew, FEW_COUNT, withFew) + burst(ofMany, options.aggregates, withMany);
        }
    }

    private void populate(DepositLoad load, String app, int count) throws Exception {
        try (Child node = ready(app, "disk");
                DepositLoad.Committed events = load.events()) {
            events.skipAll();
            long total = (long) count * EVENTS_EACH;
            long done = 0;
            while (done < total) {
                long from = done;
                long part = Math.min(200_000, total - done);
                load.send(part, i -> (from + i) % count);
                long unused = events.awaitMore(done, part, PATIENCE, node);
                done += part;
            }
        }
    }

    /** Both at a time, so that what else the machine does meets both. */
    @Override
    public void round(Figures figures) throws Exception {
        double perSecondOfFew = burst(requireNonNull(few), FEW_COUNT, requireNonNull(fewNode));
        double perSecondOfMany = burst(requireNonNull(many), options.aggregates, requireNonNull(manyNode));
        figures.add(FEW_PER_SECOND, perSecondOfFew);
        figures.add(MANY_PER_SECOND, perSecondOfMany);
        figures.add(RATIO, perSecondOfMany / perSecondOfFew);
    }

    private double burst(DepositLoad load, int count, Child node) throws InterruptedException {
        var random = new Random(load.sent());
        try (DepositLoad.Committed events = load.events()) {
            events.skipAll();
            long begun = System.nanoTime();
            load.send(options.commands, i -> random.nextInt(count));
            return options.commands / seconds(begun, events.awaitMore(0, options.commands, PATIENCE, node));
        }
    }

    private double restart(DepositLoad load, String disk, boolean kill) throws Exception {
        Child before = ready(MANY, "disk");
        long unused = load.sendOneAndAwait(PATIENCE, before);
        double unusedRate = burst(load, options.aggregates, before);
        if (kill) {
            before.kill();
        } else {
            before.close();
        }
        try (DepositLoad.Committed events = load.events()) {
            events.skipAll();
            load.send(1, i -> 0);
            long begun = System.nanoTime();
            try (Child node = start(MANY, disk)) {
                return seconds(begun, events.awaitMore(0, 1, PATIENCE, node));
            }
        }
    }

    @Override
    public void finish(Figures figures) throws Exception {
        DepositLoad load = requireNonNull(many);
        closeNodes();
        figures.add(AFTER_KILL, restart(load, "disk", true));
        figures.add(AFTER_STOP, restart(load, "disk", false));
        figures.add(EMPTY_DISK, restart(load, "empty", false));
        check(requireNonNull(few), FEW_COUNT);
        check(load, options.aggregates);
    }

    private static void check(DepositLoad load, int count) {
        try (DepositLoad.Committed events = load.events()) {
            var versions = events.versions();
            long sum = versions.values().stream().mapToLong(Long::longValue).sum();
            if (versions.size() != count || sum != load.sent()) {
                throw new IllegalStateException("There are " + versions.size() + " accounts with " + sum
                        + " deposits, not " + count + " with " + load.sent());
            }
        }
    }

    @Override
    public void close() {
        closeNodes();
        if (few != null) {
            few.close();
        }
        if (many != null) {
            many.close();
        }
    }

    private void closeNodes() {
        if (fewNode != null) {
            fewNode.close();
        }
        if (manyNode != null) {
            manyNode.close();
        }
    }

    /**
     * Waits until it handles commands. A producer that writes to a partition the moment it is made may have its first
     * batch refused and the next taken: then the first never fits in any more.
     */
    private Child ready(String app, String disk) throws Exception {
        Child node = start(app, disk);
        try {
            Child.Ready unused = node.awaitReady(PATIENCE);
            return node;
        } catch (RuntimeException | InterruptedException e) {
            node.close();
            throw e;
        }
    }

    private Child start(String app, String disk) throws Exception {
        Bed on = bed.get();
        Path state = stateDir(app, disk);
        Files.createDirectories(state);
        return on.withHeap(options.heap)
                .start(
                        "restart-" + app,
                        Bench.class,
                        "node",
                        "accounts",
                        app,
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
                        state.toString());
    }

    private Path stateDir(String app, String disk) {
        return bed.get().dir().resolve(app).resolve(disk);
    }

    private static double seconds(long begun, long ended) {
        return (ended - begun) / 1e9;
    }
}
