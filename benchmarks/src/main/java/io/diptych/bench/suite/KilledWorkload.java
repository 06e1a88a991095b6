package io.diptych.bench.suite;

import static java.util.Objects.requireNonNull;

import io.diptych.TopicNames;
import io.diptych.bench.bed.Bed;
import io.diptych.bench.load.EventFill;
import io.diptych.bench.load.LettersApi;
import io.diptych.bench.load.OpenLoop;
import io.diptych.bench.poison.OfflineFold;
import io.diptych.bench.poison.OrderRows;
import io.diptych.bench.poison.ParkedTopic;
import io.diptych.bench.run.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Two projection nodes of which one at a time is killed: while events come, while poison is parked, while it is retried. */
final class KilledWorkload extends DescribedWorkload {

    private static final String APP = "poison_killed";
    private static final int GENERATION = 1;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final long LOOKS_EVERY_MILLIS = 5;
    private static final int LIVES_AT_MOST_MILLIS = 4_000;

    /** About as long as a retry takes. */
    private static final int KILLED_WHILE_RETRYING_MILLIS = 300;

    /** Shorter than a node takes to start, so that partitions move each time. */
    private static final String CLIENT = "session.timeout.ms=2000\n";

    private final Context context;
    private final long seed;
    private final SplittableRandom random;
    private final Map<String, Long> everParked = new HashMap<>();
    private @Nullable MortalNodes nodes;
    private @Nullable OrderRows rows;
    private @Nullable Positions positions;
    private long written;
    private int run;

    KilledWorkload(Context context, long seed) {
        super(
                "two-nodes",
                "two nodes, one of them killed with kill -9 every few seconds and started again; seed " + seed);
        this.context = context;
        this.seed = seed;
        this.random = new SplittableRandom(seed);
    }

    @Override
    public boolean warmsUp() {
        return false;
    }

    @Override
    public void prepare() throws Exception {
        Bed bed = context.bed();
        String jdbcUrl = bed.database(APP);
        Path client = Files.writeString(bed.dir().resolve(APP + ".properties"), CLIENT);
        nodes = new MortalNodes(
                List.of(APP + "-a", APP + "-b"),
                (id, times) -> Nodes.poisoned(
                        bed,
                        APP,
                        mended(),
                        id,
                        id + "-" + times,
                        "--postgres",
                        jdbcUrl,
                        "--kafka-config",
                        client.toString()));
        rows = new OrderRows(jdbcUrl, APP + "." + Nodes.READ_MODEL);
        positions = new Positions(jdbcUrl, APP, Nodes.READ_MODEL);
    }

    @Override
    public void round(Figures figures) throws Exception {
        run++;
        String prefix = "r" + run + "-";
        Files.deleteIfExists(mended());
        try {
            int kills = attack(prefix, figures);
            OfflineFold expected = OfflineFold.of(context.bed().kafka(), Nodes.orders(APP), prefix);
            requireParked(expected, prefix);
            everParked.putAll(expected.waiting());
            figures.add(PoisonSuite.PARKED, expected.waiting().size());
            figures.add(PoisonSuite.LETTERS, expected.letters());
            kills += retry(figures);
            requireNonNull(rows).require("after the retry", prefix, expected.whole());
            figures.add(PoisonSuite.KILLS, kills);
        } catch (IllegalStateException e) {
            throw new IllegalStateException(e.getMessage() + " (seed [" + seed + "])", e);
        }
    }

    /** Writes the events while nodes are killed, until all are applied or parked; returns how often one was. */
    private int attack(String prefix, Figures figures) throws SQLException, InterruptedException {
        try (var killing = requireNonNull(nodes).kill(random.split(), LIVES_AT_MOST_MILLIS)) {
            write(prefix);
            long last = System.nanoTime();
            await(killing);
            figures.add(PoisonSuite.COMPLETE, (System.nanoTime() - last) / 1e9);
            if (killing.kills() == 0) {
                throw new IllegalStateException("No node was killed in the time that the events took");
            }
            return killing.kills();
        }
    }

    /** As many a second as make all of them in the time that the attack takes. */
    private void write(String prefix) {
        Extent.Poisoning extent = context.extent().poisoning();
        int events = extent.events();
        double perSecond = events / (extent.attack().toMillis() / 1e3);
        String topic = TopicNames.events(APP, Nodes.AGGREGATE);
        try (var fill = new EventFill(context.bed().kafka(), topic, prefix, Duration.ZERO)) {
            fill.mark(PoisonSuite.poison(context, extent.keys()));
            new OpenLoop(perSecond, Duration.ZERO, extent.attack()).run(number -> fill.send(number, events));
        }
        written += events;
    }

    private void await(MortalNodes.Killing killing) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (long at = 0; at < written; at = requireNonNull(positions).sum(GENERATION)) {
            int unused = killing.kills();
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("After " + PATIENCE.toMinutes() + " minutes the read model is at [" + at
                        + "] of [" + written + "] events");
            }
            Thread.sleep(LOOKS_EVERY_MILLIS);
        }
    }

    private void requireParked(OfflineFold expected, String prefix) throws SQLException, InterruptedException {
        PoisonChecks.requireParked(expected, parked());
        requireNonNull(rows).require("while events are parked", prefix, expected.poisoned());
    }

    private Map<String, Long> parked() throws InterruptedException {
        return requireNonNull(nodes).ask(api -> new LettersApi(api, Nodes.READ_MODEL).parked());
    }

    /**
     * Mends the nodes, and has all tried while a node is killed, once more by the other if it was the one that was asked;
     * returns how often one was.
     */
    private int retry(Figures figures) throws IOException, InterruptedException {
        Files.createFile(mended());
        try (var killing = requireNonNull(nodes).kill(random.split(), KILLED_WHILE_RETRYING_MILLIS)) {
            long begun = System.nanoTime();
            LettersApi.Retried unused =
                    requireNonNull(nodes).ask(api -> new LettersApi(api, Nodes.READ_MODEL).retryAll(false));
            figures.add(PoisonSuite.RETRY, (System.nanoTime() - begun) / 1e9);
            PoisonChecks.requireNothingParked(parked());
            return killing.kills();
        }
    }

    private Path mended() {
        return PoisonSuite.mended(context.bed(), APP);
    }

    @Override
    public void finish(Figures figures) throws SQLException {
        OfflineFold all = OfflineFold.of(context.bed().kafka(), Nodes.orders(APP), "r");
        requireNonNull(rows).require("after all rounds", "r", all.whole());
        ParkedTopic.of(context.bed().kafka(), TopicNames.deadLetters(APP, Nodes.READ_MODEL))
                .require(everParked, false);
    }

    @Override
    public void close() throws SQLException {
        if (positions != null) {
            positions.close();
        }
        if (rows != null) {
            rows.close();
        }
        if (nodes != null) {
            nodes.close();
        }
    }
}
