package io.diptych.projection;

/**
 * How the events of an aggregate become the rows of a read model: by a {@link Projection}, or over windows of event time
 * by a {@link WindowedProjection}.
 *
 * @param <E> the events
 * @param <R> the row
 */
public sealed interface Folding<E, R> permits Projection, WindowedProjection {}
