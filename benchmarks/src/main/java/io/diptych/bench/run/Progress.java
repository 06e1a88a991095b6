package io.diptych.bench.run;

import java.io.PrintWriter;
import java.util.Locale;

/** Tells what is being measured, and about how long the rest takes. */
final class Progress {

    /** As many rounds a workload's start takes. */
    static final int PREPARATION = 1;

    private final PrintWriter err;
    private final long begun = System.nanoTime();
    private int steps;
    private int done;
    private int underWay;

    Progress(int steps, PrintWriter err) {
        this.steps = steps;
        this.err = err;
    }

    void begins(String what, int size) {
        done += underWay;
        underWay = size;
        double seconds = (System.nanoTime() - begun) / 1e9;
        String left = done == 0
                ? ""
                : String.format(Locale.ROOT, ", about %.0f s left", seconds / done * Math.max(0, steps - done));
        err.println(String.format(Locale.ROOT, "%3d%%%s  %s", 100 * done / steps, left, what));
    }

    void skips(int size) {
        done += size;
    }

    void adds(int size) {
        steps += size;
    }
}
