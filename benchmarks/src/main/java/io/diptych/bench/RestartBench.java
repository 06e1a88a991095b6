package io.diptych.bench;

import io.diptych.embedded.EmbeddedKafka;
import io.diptych.kafka.checkpoint.Checkpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Restarts of a command node that has many aggregates, and whether many make it slower. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measure restarts and throughput of a command node with many aggregates.",
        footer = {"", "Example:", "  ./diptych bench --aggregates 1000000"})
final class RestartBench implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofMinutes(20);
    private static final int EVENTS_EACH = 3;
    private static final int FEW = 10_000;

    /** Of both, before they are compared: half of the machine compiles the hot code at first. */
    private static final int WARM_UP_ROUNDS = 3;

    @Option(
            names = "--aggregates",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "Default: ${DEFAULT-VALUE}")
    private int aggregates;

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}")
    private int rounds;

    @Option(
            names = "--commands",
            paramLabel = "N",
            defaultValue = "200000",
            description = "Commands of a round. Default: ${DEFAULT-VALUE}")
    private int commands;

    @Option(names = "--heap", paramLabel = "MB", defaultValue = "512", description = "Default: ${DEFAULT-VALUE}")
    private int heap;

    private Path dir = Path.of("");
    private String kafka = "";

    @Override
    public Integer call() throws Exception {
        dir = Files.createTempDirectory("diptych-bench");
        try (EmbeddedKafka broker = EmbeddedKafka.start(dir.resolve("kafka"), 0)) {
            kafka = broker.bootstrapServers();
            measure();
        } finally {
            Checkpoints.delete(dir);
        }
        return 0;
    }

    private void measure() throws Exception {
        try (var few = new Load("few", kafka);
                var many = new Load("many", kafka)) {
            populate(few, "few", FEW);
            populate(many, "many", aggregates);
            compareThroughput(few, many);
            row("restart after kill -9, with the disk", restart(many, "disk", true), "s to the first handled command");
            row("restart after a stop, with the disk", restart(many, "disk", false), "s");
            row("restart with an empty disk", restart(many, "empty", false), "s");
            check(few, FEW);
            check(many, aggregates);
        }
    }

    private void populate(Load load, String app, int count) throws Exception {
        try (CommandNode node = node(app, "disk")) {
            node.awaitReady();
            long begun = System.nanoTime();
            try (Load.Committed events = load.events()) {
                events.skipAll();
                long total = (long) count * EVENTS_EACH;
                long done = 0;
                while (done < total) {
                    long from = done;
                    long part = Math.min(200_000, total - done);
                    load.send(part, i -> (from + i) % count);
                    events.awaitMore(done, part, PATIENCE, node);
                    done += part;
                    progress(app, done, total, begun);
                }
            }
            row(
                    String.format(Locale.ROOT, "filling %,d aggregates, %,d events", count, (long) count * EVENTS_EACH),
                    (long) count * EVENTS_EACH / seconds(begun, System.nanoTime()),
                    "commands/s");
        }
    }

    /** Rounds in turn, so that what else the machine does meets both. */
    private void compareThroughput(Load few, Load many) throws Exception {
        List<Double> ofFew = new ArrayList<>();
        List<Double> ofMany = new ArrayList<>();
        try (CommandNode fewNode = node("few", "disk");
                CommandNode manyNode = node("many", "disk")) {
            few.sendOneAndAwait(PATIENCE, fewNode);
            many.sendOneAndAwait(PATIENCE, manyNode);
            for (int i = 0; i < WARM_UP_ROUNDS; i++) {
                round(few, FEW, fewNode);
                round(many, aggregates, manyNode);
            }
            for (int i = 0; i < rounds; i++) {
                ofFew.add(round(few, FEW, fewNode));
                ofMany.add(round(many, aggregates, manyNode));
            }
        }
        row(
                String.format(Locale.ROOT, "throughput with %,d aggregates", FEW),
                median(ofFew),
                "commands/s " + spread(ofFew));
        row(
                String.format(Locale.ROOT, "throughput with %,d aggregates", aggregates),
                median(ofMany),
                "commands/s " + spread(ofMany));
        row("ratio", median(ofMany) / median(ofFew), "");
    }

    private double round(Load load, int count, CommandNode node) {
        var random = new Random(load.sent());
        try (Load.Committed events = load.events()) {
            events.skipAll();
            long begun = System.nanoTime();
            load.send(commands, i -> random.nextInt(count));
            return commands / seconds(begun, events.awaitMore(0, commands, PATIENCE, node));
        }
    }

    private double restart(Load load, String disk, boolean kill) throws Exception {
        CommandNode before = node("many", disk.equals("empty") ? "disk" : disk);
        load.sendOneAndAwait(PATIENCE, before);
        round(load, aggregates, before);
        if (kill) {
            before.kill();
        } else {
            before.close();
        }
        try (Load.Committed events = load.events()) {
            events.skipAll();
            load.send(1, i -> 0);
            long begun = System.nanoTime();
            try (CommandNode node = node("many", disk)) {
                return seconds(begun, events.awaitMore(0, 1, PATIENCE, node));
            }
        }
    }

    private static void check(Load load, int count) {
        try (Load.Committed events = load.events()) {
            var versions = events.versions();
            long sum = versions.values().stream().mapToLong(Long::longValue).sum();
            if (versions.size() != count || sum != load.sent()) {
                throw new IllegalStateException("There are " + versions.size() + " accounts with " + sum
                        + " deposits, not " + count + " with " + load.sent());
            }
            System.out.printf(Locale.ROOT, "checked: %,d accounts, %,d deposits, versions without gap%n", count, sum);
        }
    }

    private CommandNode node(String app, String disk) throws IOException {
        return CommandNode.start(app, kafka, dir.resolve(app).resolve(disk), heap, dir.resolve(app + ".log"));
    }

    private static void progress(String app, long done, long total, long begun) {
        double rate = done / seconds(begun, System.nanoTime());
        System.err.printf(
                Locale.ROOT, "%s: %,d of %,d, %,.0f/s, %.0f s to go%n", app, done, total, rate, (total - done) / rate);
    }

    private static void row(String what, double value, String unit) {
        System.out.printf(Locale.ROOT, "%-50s %,12.2f %s%n", what, value, unit);
    }

    private static double seconds(long begun, long ended) {
        return (ended - begun) / 1e9;
    }

    private static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static String spread(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return Arrays.toString(Arrays.stream(sorted).mapToLong(Math::round).toArray());
    }
}
