package io.diptych.command.internal;

import io.diptych.command.CommandObserver;
import io.diptych.command.CommandStatus;
import io.diptych.message.internal.Crowd;
import io.diptych.message.internal.LogException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A process with one worker and a thread that writes behind: the engine's own code, which the simulation can stop, fail or kill at any point. */
final class SimulatedNode implements SimulatedStore.Process {

    /** What every failure says that the simulation made; any other is a defect. */
    private static final String MADE = "Simulated: ";

    /** Ends a process as kill -9 does: no handler of the worker's runs. */
    private static final class Crash extends Error {
        private static final long serialVersionUID = 1L;

        Crash() {
            super("killed", null, false, false);
        }
    }

    /** Of a hundred turns that the process has, those of the thread that writes behind. */
    private static final int WRITING_BEHIND = 25;

    /**
     * How a process is set up.
     *
     * @param form of the states, in its version of the application
     * @param publishes whether it has snapshots
     */
    record Settings(
            boolean stableNodeId, int recentCommands, int bytesPerTransaction, String form, boolean publishes) {}

    private final Simulation simulation;
    private final String name;
    private final SimulatedDisk disk;
    private final SimulatedLog log;
    private final CommandWorker<Bank.PayIn, Integer, Bank.PaidIn> worker;
    private final Coroutine handling = new Coroutine(this::run);
    private final Coroutine writingBehind = new Coroutine(this::writeBehind);
    private Coroutine current = handling;
    private final String form;
    private final @Nullable SimulatedSnapshots snapshots;
    private final Map<Integer, SimulatedStore> stores = new HashMap<>();
    private final Map<Integer, Long> takenAt = new HashMap<>();
    private boolean killed;
    private boolean stopped;
    private boolean ended;
    private boolean stopping;
    private boolean insideStep;
    private long frozenUntil;
    private long clockOffset;

    SimulatedNode(Simulation simulation, String name, SimulatedDisk disk, Settings settings) {
        this.simulation = simulation;
        this.name = name;
        this.disk = disk;
        this.form = settings.form();
        this.log = new SimulatedLog(simulation.kafka(), name, settings.stableNodeId(), this::isRunning, this);
        this.snapshots = settings.publishes() ? new SimulatedSnapshots(simulation.kafka(), name, log, this) : null;
        var setup = Bank.setup(
                Bank.account(() -> at(Point.DECIDE)),
                this::openStore,
                () -> Bank.NOW.plusMillis(simulation.kafka().now() + clockOffset),
                CommandObserver.NONE,
                settings.recentCommands());
        this.worker = new CommandWorker<>(setup, log, settings.bytesPerTransaction(), new Crowd(2));
    }

    private AggregateStore<Integer> openStore(int partition) {
        var store = new SimulatedStore(partition, disk, this);
        stores.put(partition, store);
        takenAt.put(partition, simulation.kafka().now());
        reached("partition taken");
        return store;
    }

    private void writeBehind() {
        try {
            while (!killed) {
                for (SimulatedStore store : List.copyOf(stores.values())) {
                    store.flush();
                    simulation.judgeSnapshots();
                }
                giveWay();
            }
        } catch (Crash e) {
            simulation.trace(() -> name + " writes nothing behind any more");
        } catch (RuntimeException e) {
            violated("no defect", name + " cannot write behind: " + e);
        }
    }

    private void run() {
        try {
            while (!stopping && !killed) {
                insideStep = true;
                worker.step(Duration.ofMillis(100));
                insideStep = false;
                requireNoDefect();
                requireNothingLeftOpen();
                handling.pause();
            }
            if (!killed) {
                worker.close();
                stopped = true;
            }
        } catch (Crash e) {
            simulation.trace(() -> name + " is gone");
        }
    }

    private void requireNoDefect() {
        CommandStatus status = worker.status();
        String reason = status.reason();
        if (status.state() == CommandStatus.State.WAITING
                && reason != null
                && !reason.contains(MADE)
                && !reason.startsWith("waits for its share")) {
            throw simulation.violation("no defect", name + ": " + reason);
        }
    }

    /** Once it has taken a partition over, no node that was gone before holds up those who read it. */
    private void requireNothingLeftOpen() {
        if (worker.status().state() != CommandStatus.State.RUNNING) {
            return;
        }
        for (int partition : log.owned()) {
            long taken = takenAt.getOrDefault(partition, Long.MAX_VALUE);
            for (SimulatedKafka.Tx open : simulation.kafka().open()) {
                if (open.wrote(SimulatedKafka.EVENTS, partition)
                        && open.begun() <= taken
                        && simulation.kafka().group().leftAt(open.node()) <= taken) {
                    throw simulation.violation(
                            "nothing left open",
                            name + " owns partition " + partition + ", but a transaction of " + open.node()
                                    + " is still open there");
                }
            }
        }
    }

    String name() {
        return name;
    }

    SimulatedDisk disk() {
        return disk;
    }

    /** Whether the process exists. */
    boolean exists() {
        return !ended;
    }

    /** Whether the process exists and is not frozen. */
    boolean isRunning() {
        return exists() && !killed && frozenUntil <= simulation.kafka().now();
    }

    boolean isReplaced() {
        return log.isReplaced();
    }

    /** Whether it serves all that it owns, and has nothing in hand. */
    boolean isReady() {
        return !insideStep
                && worker.status().state() == CommandStatus.State.RUNNING
                && worker.status().partitions().values().stream().allMatch(ready -> ready);
    }

    /** The store of a partition that it owns. */
    @Nullable
    SimulatedStore store(int partition) {
        return log.owned().contains(partition) ? stores.get(partition) : null;
    }

    void resume() {
        simulation.trace(() -> name + (insideStep ? " goes on" : " steps"));
        go(simulation.upTo(100) < WRITING_BEHIND ? writingBehind : handling);
        if (killed || handling.isDone()) {
            end();
        }
    }

    private void go(Coroutine thread) {
        current = thread;
        thread.resume();
    }

    /** Whatever its threads were at, they are gone. */
    private void end() {
        if (ended) {
            return;
        }
        ended = true;
        killed = true;
        for (Coroutine thread : List.of(handling, writingBehind)) {
            if (!thread.isDone()) {
                go(thread);
            }
        }
        boolean powerFailed = !stopped && chance(20);
        disk.processEnded(powerFailed);
        if (powerFailed) {
            reached("power failed");
        }
    }

    void freeze(long milliseconds) {
        frozenUntil = simulation.kafka().now() + milliseconds;
    }

    void thaw() {
        frozenUntil = 0;
    }

    /** Asks it to stop as an operator would. */
    void stop() {
        stopping = true;
    }

    void kill() {
        killed = true;
        end();
    }

    void moveClock(long milliseconds) {
        clockOffset += milliseconds;
    }

    @Override
    public void at(Point point) {
        if (killed) {
            throw new Crash();
        }
        switch (simulation.choose(point)) {
            case NOTHING -> {}
            case OTHERS_FIRST -> pauseAt(point);
            case FREEZE -> {
                reached("frozen at " + point);
                freeze(simulation.upTo(15_000));
                pauseAt(point);
            }
            case FAIL -> {
                reached("failure at " + point);
                var cause = new IllegalStateException(MADE + "failure at " + point);
                throw point == Point.APPLY || point == Point.APPLIED
                        ? cause
                        : new LogException(MADE + "failure at " + point, cause);
            }
            case CRASH -> {
                reached("crash at " + point);
                killed = true;
                throw new Crash();
            }
        }
    }

    private void pauseAt(Point point) {
        trace(() -> "pauses at " + point);
        boolean wasMember = log.isMember();
        giveWay();
        if (wasMember && !log.isMember()) {
            reached("went on as a zombie at " + point);
        }
    }

    @Override
    public void giveWay() {
        current.pause();
        if (killed) {
            throw new Crash();
        }
    }

    @Override
    public String form() {
        return form;
    }

    @Override
    public @Nullable SimulatedSnapshots snapshots() {
        return snapshots;
    }

    @Override
    public SimulatedGroup.Membership membership() {
        return log.membership();
    }

    @Override
    public void violated(String judge, String detail) {
        throw simulation.violation(judge, detail);
    }

    @Override
    public boolean chance(int percent) {
        return simulation.upTo(100) < percent;
    }

    @Override
    public boolean timesOut(Runnable request) {
        return simulation.timesOut(request);
    }

    @Override
    public void answered(String commandId) {
        simulation.answered(commandId, this);
    }

    @Override
    public void reached(String what) {
        trace(() -> what);
        simulation.reached(what);
    }

    @Override
    public void trace(Supplier<String> what) {
        simulation.trace(() -> name + ": " + what.get());
    }
}
