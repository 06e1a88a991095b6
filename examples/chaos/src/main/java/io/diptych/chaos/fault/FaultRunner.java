package io.diptych.chaos.fault;

import io.diptych.chaos.cluster.Target;
import io.diptych.chaos.fault.Fault.Kind;
import io.diptych.embedded.EmbeddedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Does to the system what the schedule says, one thread for each group, and mends it. */
public final class FaultRunner {

    /** A part that works again only later is told of. */
    public static final Duration RECOVERS_WITHIN = Duration.ofSeconds(30);

    /** A part that works again is left alone for that long at least. */
    private static final Duration QUIET_BETWEEN = Duration.ofSeconds(3);

    private final Map<String, Target> targets;
    private final Consumer<String> tell;
    private final long begun;
    private final Duration end;
    private final List<Landed> landed = new CopyOnWriteArrayList<>();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    private FaultRunner(List<Target> targets, Duration end, Consumer<String> tell) {
        this.targets = targets.stream().collect(Collectors.toMap(Target::name, Function.identity()));
        this.tell = tell;
        this.end = end;
        this.begun = System.nanoTime();
    }

    /** Begins; nothing is begun that could not be mended before {@code end}. */
    public static FaultRunner start(Schedule schedule, List<Target> targets, Duration end, Consumer<String> tell) {
        var runner = new FaultRunner(targets, end, tell);
        schedule.faults().forEach((group, faults) -> {
            String name = "faults-" + group.name().toLowerCase(Locale.ROOT);
            runner.threads.add(Thread.ofPlatform().name(name).daemon().start(() -> runner.run(faults)));
        });
        return runner;
    }

    /** Waits until everything is mended. */
    public void join() throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** What hit so far. */
    public List<Landed> landed() {
        return List.copyOf(landed);
    }

    /** What could not be done or mended. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    private void run(List<Fault> faults) {
        try {
            for (Fault fault : faults) {
                // The one before may have taken longer to recover from than was planned.
                sleepUntil(Math.max(begun + fault.at().toNanos(), System.nanoTime() + QUIET_BETWEEN.toNanos()));
                if (System.nanoTime() - begun + fault.holds().toNanos() > end.toNanos()) {
                    return;
                }
                apply(fault, java.util.Objects.requireNonNull(targets.get(fault.target())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void apply(Fault fault, Target target) throws InterruptedException {
        try {
            long hit = System.nanoTime();
            switch (fault.kind()) {
                case KILL -> target.kill();
                case RESTART -> target.stop();
                case FREEZE -> target.freeze();
            }
            tell.accept(fault.toString());
            sleepUntil(System.nanoTime() + fault.holds().toNanos());
            if (fault.kind() == Kind.FREEZE) {
                target.thaw();
            } else {
                target.start();
            }
            long mended = System.nanoTime();
            Long recovered = awaitUp(target);
            landed.add(new Landed(fault, hit, mended, recovered));
            tell.accept(
                    recovered == null
                            ? target.name() + " is NOT ready " + RECOVERS_WITHIN.toSeconds() + " s later"
                            : String.format(
                                    Locale.ROOT,
                                    "%s is ready again, %.1f s later",
                                    target.name(),
                                    (recovered - mended) / 1e9));
        } catch (IOException | EmbeddedException e) {
            failures.add(fault + ": " + e.getMessage());
            tell.accept(fault + " failed: " + e.getMessage());
        }
    }

    private static @Nullable Long awaitUp(Target target) throws InterruptedException {
        long deadline = System.nanoTime() + RECOVERS_WITHIN.toNanos();
        while (System.nanoTime() < deadline) {
            if (target.up()) {
                return System.nanoTime();
            }
            Thread.sleep(100);
        }
        return null;
    }

    private static void sleepUntil(long nanoTime) throws InterruptedException {
        long left = nanoTime - System.nanoTime();
        if (left > 0) {
            Thread.sleep(Duration.ofNanos(left));
        }
    }
}
