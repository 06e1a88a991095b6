package io.diptych.projection;

import io.diptych.message.Recorded;
import java.time.Instant;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The read side over windows of event time: a fold of the events of each window into rows. Its functions are pure.
 *
 * <p>Events come in no order of time, and what is admitted later is folded later: a fold whose outcome depends on the
 * order of a window's events gives other rows when they are made anew. Sums, counts, least and greatest do not.
 *
 * @param windows into which events are gathered
 * @param time when the event happened; null when it concerns no window
 * @param key which row the event belongs to in that window: the value of the row's {@link Key}; null for none. Rows of
 *     two windows must not have the same key: put {@link Window#start} into it
 * @param evolve the row after the event; null deletes it (or leaves it absent)
 */
public record WindowedProjection<E, R>(
        Windows windows,
        Function<E, ? extends @Nullable Instant> time,
        BiFunction<E, Window, ? extends @Nullable Object> key,
        Evolve<E, R> evolve)
        implements Folding<E, R> {

    /** The fold of one event into the row of one window. */
    public interface Evolve<E, R> {
        @Nullable
        R evolve(@Nullable R row, Recorded<E> event, Window window);
    }
}
