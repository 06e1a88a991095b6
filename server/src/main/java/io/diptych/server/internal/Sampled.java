package io.diptych.server.internal;

import io.diptych.message.ProblemException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Figures of the database, asked for at most every two seconds, however often metrics and health are looked at. */
public final class Sampled<T> {

    private static final Duration FRESH = Duration.ofSeconds(2);

    private final Supplier<List<T>> figures;
    private List<T> last = List.of();
    private long askedNanos = System.nanoTime() - FRESH.toNanos();

    /** Asks there; it may throw {@link ProblemException} while the database is away. */
    public Sampled(Supplier<List<T>> figures) {
        this.figures = figures;
    }

    /** None while the database has not been reached, and what was last known while it is away. */
    public synchronized List<T> now() {
        if (System.nanoTime() - askedNanos >= FRESH.toNanos()) {
            try {
                last = figures.get();
            } catch (ProblemException e) {
                // That the database is away is told by the node's parts.
                return last;
            } finally {
                askedNanos = System.nanoTime();
            }
        }
        return last;
    }
}
