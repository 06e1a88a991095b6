package io.diptych.chaos.report;

import io.diptych.chaos.load.Recorder;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tells the terminal how a run goes on, each line with the seconds since its beginning. */
public final class Progress {

    private static final Duration EVERY = Duration.ofSeconds(5);

    private final PrintWriter out;
    private final long begun = System.nanoTime();
    private volatile @Nullable Thread follower;

    /** Tells it there. */
    public Progress(PrintWriter out) {
        this.out = out;
    }

    /** A line. */
    public void tell(String what) {
        out.println(String.format(Locale.ROOT, "%6.1f s  %s", (System.nanoTime() - begun) / 1e9, what));
    }

    /** From now on a line with the rate and the time that is left, every few seconds. */
    public void follow(Recorder recorder, Duration time) {
        long end = System.nanoTime() + time.toNanos();
        follower = Thread.ofVirtual().start(() -> {
            long before = recorder.accepted();
            try {
                while (true) {
                    Thread.sleep(EVERY);
                    long now = recorder.accepted();
                    long left = Math.max(0, (end - System.nanoTime()) / 1_000_000_000);
                    tell((now - before) / EVERY.toSeconds() + " calls/s acknowledged, " + left + " s left");
                    before = now;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** No more such lines. */
    public void unfollow() {
        Thread running = follower;
        if (running != null) {
            running.interrupt();
        }
    }
}
