package io.diptych.command;

import io.diptych.message.Metadata;

/**
 * The write side of one aggregate, as three pure functions.
 *
 * <p>Diptych calls them in the order of the log, never twice at once for one aggregate. They do no I/O and read no
 * clock: time and ids come with the command's {@link Metadata}.
 *
 * @param <C> the commands, usually a sealed interface of records
 * @param <S> the state a decision needs, immutable
 * @param <E> the events, usually a sealed interface of records
 */
public interface Decider<C, S, E> {

    /** The state of an aggregate that has no events yet. */
    S initialState();

    /** What follows from the command in this state: events to record, or a rejection that changes nothing. */
    Decision<E> decide(C command, S state, Metadata metadata);

    /** The state after the event. Must accept every event ever recorded: it is also how state is rebuilt. */
    S evolve(S state, E event);
}
