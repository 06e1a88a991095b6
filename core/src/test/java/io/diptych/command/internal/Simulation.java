package io.diptych.command.internal;

import io.diptych.command.internal.Interference.Point;
import io.diptych.message.internal.LogException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * One history of nodes that handle commands while they are stopped, failed, killed, replaced and expelled, all given by
 * the seed. One of them runs at a time; at each point of {@link Interference} the seed says what comes next.
 */
final class Simulation {

    /** What comes between two steps of a worker. */
    enum Choice {
        NOTHING,
        OTHERS_FIRST,
        FREEZE,
        FAIL,
        CRASH
    }

    private static final int CALM_ROUNDS = 3_000;

    private final long seed;
    private final boolean tracing;
    private final SplittableRandom random;
    private final SimulatedKafka kafka = new SimulatedKafka();
    private final SimulatedSenders senders;
    private final Map<String, Integer> reached = new TreeMap<>();
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final SimulatedDisks disks;
    private final List<Runnable> late = new ArrayList<>();
    private final Map<String, SimulatedNode> answeredBy = new HashMap<>();
    private final List<String> trace = new ArrayList<>();

    private final int size;
    private final boolean stableNodeIds;
    private final int recentCommands;
    private final int bytesPerTransaction;
    private final boolean rolling;
    private final int pace;
    private final int[] perThousand;
    private boolean calm;
    private int started;

    Simulation(long seed, boolean tracing) {
        this.seed = seed;
        this.tracing = tracing;
        this.random = new SplittableRandom(seed);
        this.senders = new SimulatedSenders(kafka, random);
        this.disks = new SimulatedDisks(this, random);
        this.size = 1 + random.nextInt(3);
        this.stableNodeIds = random.nextBoolean();
        this.recentCommands = random.nextBoolean() ? 64 : 4;
        this.bytesPerTransaction = random.nextBoolean() ? 1_000 : 5 + random.nextInt(20);
        this.rolling = random.nextBoolean();
        this.pace = 10 + random.nextInt(150);
        this.perThousand = new int[] {random.nextInt(200), random.nextInt(15), random.nextInt(20), random.nextInt(10)};
    }

    SimulatedKafka kafka() {
        return kafka;
    }

    Map<String, Integer> reached() {
        return reached;
    }

    List<String> trace() {
        return trace;
    }

    /** Lets it happen, and judges what became of it. */
    void run() {
        try {
            int actions = 50 + random.nextInt(250);
            for (int i = 0; i < actions; i++) {
                act();
            }
            settle();
            judge();
            nodes.forEach(SimulatedNode::kill);
            senders.repeatSome();
            settle();
            judge();
        } finally {
            nodes.forEach(SimulatedNode::kill);
        }
    }

    private void act() {
        int choice = random.nextInt(100);
        if (choice < 20) {
            String sent = senders.sendOne();
            trace(() -> sent);
        } else if (choice < 90) {
            resumeOne();
        } else if (choice < 93) {
            disturbOne();
        } else if (choice < 95) {
            startOne();
        } else {
            disturbAll();
        }
        if (random.nextInt(3) == 0) {
            kafka.markOne(random.nextInt(100));
        }
        if (random.nextInt(20) == 0) {
            compact();
        }
        pass(1 + random.nextInt(pace));
    }

    private void resumeOne() {
        var running = nodes.stream().filter(SimulatedNode::isRunning).toList();
        if (running.isEmpty()) {
            startOne();
        } else {
            running.get(random.nextInt(running.size())).resume();
        }
    }

    private void startOne() {
        nodes.removeIf(node -> !node.exists());
        if (nodes.size() > size) {
            return;
        }
        started++;
        String name = "n" + (stableNodeIds ? random.nextInt(size) : started);
        var former = nodes.stream().filter(n -> n.name().equals(name)).toList();
        if (former.stream().anyMatch(SimulatedNode::isRunning)) {
            return;
        }
        SimulatedDisk disk = disks.of(name, !former.isEmpty());
        trace(() -> name + " starts");
        String form = rolling && random.nextInt(3) == 0 ? "new:" : "";
        var settings = new SimulatedNode.Settings(
                stableNodeIds, recentCommands, bytesPerTransaction, form, random.nextInt(100) < 90);
        nodes.add(new SimulatedNode(this, name, disk, settings));
    }

    private void disturbOne() {
        if (nodes.isEmpty()) {
            return;
        }
        SimulatedNode node = nodes.get(random.nextInt(nodes.size()));
        switch (random.nextInt(7)) {
            case 0 -> {
                trace(() -> node.name() + " is killed");
                node.kill();
            }
            case 1 -> {
                trace(() -> node.name() + " is asked to stop");
                node.stop();
            }
            case 2 -> {
                trace(() -> node.name() + " is frozen");
                node.freeze(random.nextInt(8_000));
            }
            case 3 -> {
                if (kafka.group().expelNode(node.name())) {
                    trace(() -> node.name() + " is expelled");
                    reached("expelled though alive");
                }
            }
            case 4 -> {
                node.moveClock(random.nextInt(-3_600_000, 3_600_000));
                reached("clock jumped");
            }
            case 5 -> disks.backUp(node.disk());
            default -> {
                if (node.disk().damage(random.nextInt(SimulatedKafka.PARTITIONS))) {
                    reached("checkpoint damaged");
                }
            }
        }
    }

    private void disturbAll() {
        switch (random.nextInt(3)) {
            case 0 -> pass(random.nextInt(12_000));
            case 1 -> {
                if (!late.isEmpty()) {
                    arrive(late.remove(random.nextInt(late.size())));
                }
            }
            default -> pass(random.nextInt(500));
        }
    }

    private void compact() {
        int partition = random.nextInt(SimulatedKafka.PARTITIONS);
        long end = kafka.end(SimulatedSnapshots.TOPIC, partition);
        if (kafka.compact(SimulatedSnapshots.TOPIC, partition, random.nextLong(end + 1))) {
            reached("snapshots compacted");
        }
    }

    private void arrive(Runnable request) {
        try {
            request.run();
            trace(() -> "a late request arrives");
            reached("late request arrived");
        } catch (LogException e) {
            reached("late request refused");
        }
    }

    private void pass(long milliseconds) {
        int ended = kafka.pass(milliseconds);
        for (int i = 0; i < ended; i++) {
            reached("transaction timed out");
        }
    }

    /** No more trouble: who was frozen wakes up, and everything is handled. */
    private void settle() {
        calm = true;
        late.forEach(this::arrive);
        late.clear();
        nodes.removeIf(node -> !node.exists());
        nodes.forEach(SimulatedNode::thaw);
        for (int round = 0; round < CALM_ROUNDS; round++) {
            // Kafka refuses a process whose node id another took; whoever runs it ends it.
            nodes.stream().filter(SimulatedNode::isReplaced).forEach(SimulatedNode::kill);
            nodes.removeIf(node -> !node.exists());
            if (nodes.isEmpty()) {
                startOne();
            }
            for (SimulatedNode node : nodes) {
                node.resume();
                pass(1);
            }
            for (int i = 0; i < 10; i++) {
                kafka.markOne(0);
            }
            pass(20);
            if (kafka.isDrained() && nodes.stream().allMatch(SimulatedNode::isReady) && ownedOnce()) {
                return;
            }
        }
        throw violation("every command handled", "after " + CALM_ROUNDS + " rounds without trouble some is not");
    }

    private boolean ownedOnce() {
        for (int i = 0; i < SimulatedKafka.PARTITIONS; i++) {
            int partition = i;
            if (nodes.stream().filter(n -> n.store(partition) != null).count() != 1) {
                return false;
            }
        }
        return true;
    }

    private void judge() {
        var judge = new Judge(this, recentCommands);
        judge.versionsHaveNoGap();
        judge.theLogIsAsOneAfterTheOtherWouldMakeIt();
        judge.eachDeliveryIsAnsweredOnce();
        judge.eachUnusableRecordIsDeadLetteredOnce();
        judgeSnapshots();
        nodes.forEach(judge::storesAreAsTheLog);
    }

    /** At any time: whoever reads them now is to have the states as of one position. */
    void judgeSnapshots() {
        var judge = new SnapshotJudge(this);
        for (int i = 0; i < SimulatedKafka.PARTITIONS; i++) {
            judge.snapshotsAreAsOfTheirPosition(i, "");
            judge.snapshotsAreAsOfTheirPosition(i, "new:");
        }
    }

    Choice choose(Point point) {
        if (calm) {
            return Choice.NOTHING;
        }
        int roll = random.nextInt(1_000);
        Choice[] choices = {Choice.OTHERS_FIRST, Choice.FREEZE, Choice.FAIL, Choice.CRASH};
        for (int i = 0; i < choices.length; i++) {
            roll -= perThousand[i];
            if (roll < 0) {
                // Deciding is the application's: no port fails there.
                return point == Point.DECIDE && choices[i] == Choice.FAIL ? Choice.NOTHING : choices[i];
            }
        }
        return Choice.NOTHING;
    }

    boolean timesOut(Runnable request) {
        if (calm || random.nextInt(2_000) >= perThousand[2]) {
            return false;
        }
        reached("request without an answer");
        if (random.nextBoolean()) {
            late.add(request);
        }
        return true;
    }

    int upTo(int bound) {
        return random.nextInt(bound);
    }

    boolean isCalm(String delivery) {
        return senders.isCalm(delivery);
    }

    void answered(String commandId, SimulatedNode by) {
        SimulatedNode first = answeredBy.putIfAbsent(commandId, by);
        if (first != null && first != by) {
            reached("same id handled again by another process");
        }
    }

    void reached(String what) {
        reached.merge(what, 1, Integer::sum);
    }

    void trace(Supplier<String> what) {
        if (tracing) {
            trace.add(kafka.now() + " ms: " + what.get());
        }
    }

    AssertionError violation(String judge, String detail) {
        return new AssertionError("[" + judge + "] seed " + seed + ": " + detail
                + "\nReplay it: mvn -pl bom,core test -Dtest=SimulationTest -Ddiptych.seed=" + seed);
    }
}
