package io.diptych.cli.load;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** A line of text every few seconds, with rate and time left. */
final class ProgressLines implements Progress {

    private static final Duration BETWEEN = Duration.ofSeconds(3);

    private final long expected;
    private final PrintWriter out;
    private final long begun = System.nanoTime();
    private long lines;
    private long toldAt = begun;

    ProgressLines(long expected, PrintWriter out) {
        this.expected = expected;
        this.out = out;
    }

    @Override
    public synchronized void moved() {
        lines++;
        long now = System.nanoTime();
        if (now - toldAt < BETWEEN.toNanos()) {
            return;
        }
        toldAt = now;
        double rate = lines / ((now - begun) / 1e9);
        out.println(String.format(
                Locale.ROOT,
                "%,d of %,d lines, %,.0f lines/s, about %,.0f s left",
                lines,
                Math.max(expected, lines),
                rate,
                Math.max(0, expected - lines) / rate));
    }

    @Override
    public void close() {}
}
