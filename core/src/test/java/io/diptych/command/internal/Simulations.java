package io.diptych.command.internal;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Runs one seed after the other, until one shows a defect. */
final class Simulations {

    private static final int AT_A_TIME = 2;

    private final long seeds;
    private final AtomicLong next = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Map<String, Integer> reached = new TreeMap<>();

    private Simulations(long seeds) {
        this.seeds = seeds;
    }

    /** Tells how often the histories came to what matters; throws what a judge said of one. */
    static Map<String, Integer> run(long seeds) {
        return new Simulations(seeds).run();
    }

    /** What {@code mutants/run} calls, with the number of seeds. */
    public static void main(String[] arguments) {
        System.out.println(run(Long.parseLong(arguments[0])));
    }

    private Map<String, Integer> run() {
        var threads = new Thread[AT_A_TIME];
        for (int i = 0; i < AT_A_TIME; i++) {
            // The processes of a history are virtual threads: they hand over faster to another such than to a thread.
            threads[i] = Thread.ofVirtual().start(this::runSome);
        }
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("Interrupted while histories run", e);
        }
        switch (failure.get()) {
            case null -> {}
            case AssertionError judgement -> throw judgement;
            case Throwable defect -> throw new IllegalStateException("The simulation itself failed", defect);
        }
        return reached;
    }

    private void runSome() {
        for (long seed = next.getAndIncrement(); seed < seeds && failure.get() == null; seed = next.getAndIncrement()) {
            var simulation = new Simulation(seed, false);
            try {
                simulation.run();
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            }
            synchronized (reached) {
                simulation.reached().forEach((what, count) -> reached.merge(what, count, Integer::sum));
            }
        }
    }
}
