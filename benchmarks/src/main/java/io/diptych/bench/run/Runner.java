package io.diptych.bench.run;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;

/** Measures suites one after the other; one workload that fails does not keep the others from being measured. */
public final class Runner {

    private final List<Suite> suites;
    private final int rounds;
    private final WarmUp warmUp;
    private final Results results;
    private final Progress progress;
    private final PrintWriter err;

    /** Tells on {@code err} how far it is. */
    public Runner(List<Suite> suites, int rounds, WarmUp warmUp, Results results, PrintWriter err) {
        this.suites = suites;
        this.rounds = rounds;
        this.warmUp = warmUp;
        this.results = results;
        this.err = err;
        this.progress = new Progress(steps(), err);
    }

    private int steps() {
        return suites.stream()
                .mapToInt(suite -> suite.workloads().size()
                        * (Progress.PREPARATION + (warmsUp(suite) ? WarmUp.ROUNDS_AT_LEAST : 0) + rounds))
                .sum();
    }

    /**
     * Measures all.
     *
     * @param measured is given the suites that are over, each time one more is: what comes after it may take an hour, and may
     *     be stopped
     */
    public void run(Consumer<List<Suite>> measured) throws InterruptedException {
        for (int i = 0; i < suites.size(); i++) {
            measure(suites.get(i));
            measured.accept(suites.subList(0, i + 1));
        }
    }

    private void measure(Suite suite) throws InterruptedException {
        List<Workload> sound = new ArrayList<>();
        try {
            prepare(suite, sound);
            if (warmsUp(suite)) {
                warmUp(suite, sound);
            }
            for (int round = 1; round <= rounds && !sound.isEmpty(); round++) {
                double busy = turn(suite, sound, "round " + round + " of " + rounds, rounds - round, this::figures);
                if (warmsUp(suite)) {
                    results.add(suite.name(), WarmUp.BUSY, 100 * busy);
                }
            }
            for (Workload workload : sound) {
                boolean unused = succeeds(suite, workload, () -> workload.finish(figures(suite.fullName(workload))));
            }
        } catch (IllegalStateException e) {
            // A JVM that does not even tell what its compilers do spoils the figures of all beside it.
            sound.forEach(workload -> failed(suite, workload, e));
        } finally {
            for (Workload workload : suite.workloads()) {
                boolean unused = succeeds(suite, workload, workload::close);
            }
        }
    }

    private void prepare(Suite suite, List<Workload> sound) throws InterruptedException {
        for (Workload workload : suite.workloads()) {
            progress.begins(suite.fullName(workload) + ": starting", Progress.PREPARATION);
            if (succeeds(suite, workload, workload::prepare)) {
                sound.add(workload);
            } else {
                progress.skips(rounds + (warmsUp(suite) ? WarmUp.ROUNDS_AT_LEAST : 0));
            }
        }
    }

    private boolean warmsUp(Suite suite) {
        return warmUp.isWanted() && suite.workloads().stream().anyMatch(Workload::warmsUp);
    }

    private void warmUp(Suite suite, List<Workload> sound) throws InterruptedException {
        long begun = System.nanoTime();
        String told = "";
        double busy = 0;
        int done = 0;
        while (!sound.isEmpty() && warmUp.goesOn(done, Duration.ofNanos(System.nanoTime() - begun), busy)) {
            if (done >= WarmUp.ROUNDS_AT_LEAST) {
                progress.adds(sound.size());
            }
            done++;
            int left = rounds + Math.max(0, WarmUp.ROUNDS_AT_LEAST - done);
            busy = turn(suite, sound, "warming up, round " + done + told, left, workload -> (metric, value) -> {});
            told = String.format(Locale.ROOT, ", compilers at work for %.0f %% of the last", 100 * busy);
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        results.add(suite.name(), WarmUp.TIME, seconds);
        err.println(String.format(Locale.ROOT, "%s: warmed up for %.0f s%s", suite.name(), seconds, told));
    }

    /**
     * Has each that is sound take its round.
     *
     * @param left rounds that those will not take that fail in this one
     * @param figures of a workload, by its full name
     * @return how long the compilers worked meanwhile, as a part of the time that it took
     */
    private double turn(Suite suite, List<Workload> sound, String what, int left, Function<String, Figures> figures)
            throws InterruptedException {
        long worked = warmUp.compilers().workedMillis();
        long begun = System.nanoTime();
        for (Workload workload : List.copyOf(sound)) {
            String name = suite.fullName(workload);
            progress.begins(name + ": " + what, 1);
            if (!succeeds(suite, workload, () -> workload.round(figures.apply(name)))) {
                sound.remove(workload);
                progress.skips(left);
            }
        }
        long nanos = System.nanoTime() - begun;
        return (warmUp.compilers().workedMillis() - worked) * 1e6 / nanos;
    }

    private Figures figures(String workload) {
        return (metric, value) -> results.add(workload, metric, value);
    }

    private interface Step {
        void run() throws Exception;
    }

    private boolean succeeds(Suite suite, Workload workload, Step step) throws InterruptedException {
        try {
            step.run();
            return true;
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception | LinkageError e) {
            failed(suite, workload, e);
            return false;
        }
    }

    private void failed(Suite suite, Workload workload, Throwable e) {
        String why = e.getMessage() == null ? e.toString() : e.getMessage();
        results.failed(suite.fullName(workload), why);
        err.println("FAILED " + suite.fullName(workload) + ": " + why);
    }
}
