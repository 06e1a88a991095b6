package io.diptych.projection;

import io.diptych.message.Recorded;
import org.jspecify.annotations.Nullable;

/**
 * The read side: a fold of events into rows. Pure, as a {@link io.diptych.command.Decider} is.
 *
 * @param <E> the events
 * @param <R> the row, a record; see {@link Key} and {@link Indexed}
 */
public non-sealed interface Projection<E, R> extends Folding<E, R> {

    /** Which row the event belongs to: the value of the row's {@link Key}; null when it concerns no row. */
    @Nullable
    Object key(E event);

    /** The row after the event; null deletes it (or leaves it absent). */
    @Nullable
    R evolve(@Nullable R row, Recorded<E> event);
}
