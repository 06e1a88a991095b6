package io.diptych.cli.internal;

import java.io.PrintWriter;
import java.util.Locale;

/** Tells what happens during a start, each line with the seconds since its beginning. */
final class Timeline {

    private final PrintWriter out;
    private final long begun = System.nanoTime();

    Timeline(PrintWriter out) {
        this.out = out;
    }

    void tell(String what) {
        out.println(String.format(Locale.ROOT, "%5.1f s  %s", seconds(), what));
    }

    double seconds() {
        return (System.nanoTime() - begun) / 1e9;
    }
}
