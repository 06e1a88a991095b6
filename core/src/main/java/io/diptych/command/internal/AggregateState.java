package io.diptych.command.internal;

import org.jspecify.annotations.Nullable;

/**
 * One aggregate as its owner knows it. Immutable but for the offsets of results, which become known late.
 *
 * @param version the number of its events
 * @param recent results of its last commands
 * @param failure why its events could not be folded into a state; null when they could
 */
public record AggregateState<S>(
        S state,
        long version,
        RecentResults recent,
        @Nullable String failure) {

    static <S> AggregateState<S> initial(S state) {
        return new AggregateState<>(state, 0, RecentResults.NONE, null);
    }

    /** After a command's events; keeps the last {@code limit} results. */
    AggregateState<S> after(S newState, CommandResult result, int limit) {
        return new AggregateState<>(newState, result.version(), recent.appended(result, limit), failure);
    }

    /** An aggregate whose events cannot be folded: it keeps its version, and its commands are refused. */
    AggregateState<S> failed(long atVersion, String why) {
        return new AggregateState<>(state, atVersion, recent, why);
    }

    /** The result of the command with that id, if it is one of the last. */
    @Nullable
    CommandResult resultOf(String commandId) {
        return recent.of(commandId);
    }
}
