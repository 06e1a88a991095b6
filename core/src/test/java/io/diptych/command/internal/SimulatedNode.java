package io.diptych.command.internal;

import io.diptych.command.CommandObserver;
import io.diptych.command.CommandStatus;
import io.diptych.message.internal.LogException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A process with one worker: the engine's own code, which the simulation can stop, fail or kill at any point. */
final class SimulatedNode implements Interference {

    /** What every failure says that the simulation made; any other is a defect. */
    private static final String MADE = "Simulated: ";

    /** Ends a process as kill -9 does: no handler of the worker's runs. */
    private static final class Crash extends Error {
        private static final long serialVersionUID = 1L;

        Crash() {
            super("killed", null, false, false);
        }
    }

    private final Simulation simulation;
    private final String name;
    private final SimulatedDisk disk;
    private final SimulatedLog log;
    private final CommandWorker<Bank.PayIn, Integer, Bank.PaidIn> worker;
    private final Coroutine coroutine = new Coroutine(this::run);
    private final Map<Integer, SimulatedDisk.Store> stores = new HashMap<>();
    private final Map<Integer, Long> takenAt = new HashMap<>();
    private boolean killed;
    private boolean stopping;
    private boolean insideStep;
    private long frozenUntil;
    private long clockOffset;

    SimulatedNode(Simulation simulation, String name, boolean stable, SimulatedDisk disk, int recentCommands) {
        this.simulation = simulation;
        this.name = name;
        this.disk = disk;
        this.log = new SimulatedLog(simulation.kafka(), name, stable, this::isRunning, this);
        var setup = Bank.setup(
                Bank.account(() -> at(Point.DECIDE)),
                this::openStore,
                () -> Bank.NOW.plusMillis(simulation.kafka().now() + clockOffset),
                CommandObserver.NONE,
                recentCommands);
        this.worker = new CommandWorker<>(setup, log);
    }

    private AggregateStore<Integer> openStore(int partition) {
        var store = disk.open(partition, this);
        stores.put(partition, store);
        takenAt.put(partition, simulation.kafka().now());
        reached("partition taken");
        return store;
    }

    private void run() {
        try {
            while (!stopping && !killed) {
                insideStep = true;
                worker.step(Duration.ofMillis(100));
                insideStep = false;
                requireNoDefect();
                requireNothingLeftOpen();
                coroutine.pause();
            }
            if (!killed) {
                worker.close();
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
        return !coroutine.isDone();
    }

    /** Whether the process exists and is not frozen. */
    boolean isRunning() {
        return exists() && !killed && frozenUntil <= simulation.kafka().now();
    }

    boolean isReplaced() {
        return log.isReplaced();
    }

    /** Whether it serves all that it owns. */
    boolean isReady() {
        return worker.status().state() == CommandStatus.State.RUNNING
                && worker.status().partitions().values().stream().allMatch(ready -> ready);
    }

    /** The store of a partition that it owns. */
    SimulatedDisk.@Nullable Store store(int partition) {
        return log.owned().contains(partition) ? stores.get(partition) : null;
    }

    void resume() {
        simulation.trace(() -> name + (insideStep ? " goes on" : " steps"));
        coroutine.resume();
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
        if (exists()) {
            coroutine.resume();
        }
    }

    void moveClock(long milliseconds) {
        clockOffset += milliseconds;
    }

    @Override
    public void at(Point point) {
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
        coroutine.pause();
        if (killed) {
            throw new Crash();
        }
        if (wasMember && !log.isMember()) {
            reached("went on as a zombie at " + point);
        }
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
