package io.diptych.bench.run;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Measures suites one after the other; one workload that fails does not keep the others from being measured. */
public final class Runner {

    private final List<Suite> suites;
    private final int rounds;
    private final Results results;
    private final Progress progress;
    private final PrintWriter err;

    /** Tells on {@code err} how far it is. */
    public Runner(List<Suite> suites, int rounds, Results results, PrintWriter err) {
        this.suites = suites;
        this.rounds = rounds;
        this.results = results;
        this.err = err;
        int workloads =
                suites.stream().mapToInt(suite -> suite.workloads().size()).sum();
        this.progress = new Progress(workloads * (rounds + Progress.PREPARATION), err);
    }

    /** Measures all. */
    public void run() throws InterruptedException {
        for (Suite suite : suites) {
            measure(suite);
        }
    }

    private void measure(Suite suite) throws InterruptedException {
        List<Workload> sound = new ArrayList<>();
        try {
            for (Workload workload : suite.workloads()) {
                progress.begins(suite.fullName(workload) + ": starting and warming up", Progress.PREPARATION);
                if (succeeds(suite, workload, workload::prepare)) {
                    sound.add(workload);
                } else {
                    progress.skips(rounds);
                }
            }
            for (int round = 1; round <= rounds; round++) {
                for (Workload workload : List.copyOf(sound)) {
                    String name = suite.fullName(workload);
                    progress.begins(name + ": round " + round + " of " + rounds, 1);
                    if (!succeeds(suite, workload, () -> workload.round(figures(name)))) {
                        sound.remove(workload);
                        progress.skips(rounds - round);
                    }
                }
            }
            for (Workload workload : sound) {
                boolean unused = succeeds(suite, workload, () -> workload.finish(figures(suite.fullName(workload))));
            }
        } finally {
            for (Workload workload : suite.workloads()) {
                boolean unused = succeeds(suite, workload, workload::close);
            }
        }
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
            String why = e.getMessage() == null ? e.toString() : e.getMessage();
            results.failed(suite.fullName(workload), why);
            err.println("FAILED " + suite.fullName(workload) + ": " + why);
            return false;
        }
    }
}
