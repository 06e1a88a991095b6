package io.diptych.command.internal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One aggregate as its owner knows it. Immutable but for the offsets of results, which become known late.
 *
 * @param version the number of its events
 * @param recent results of its last commands, oldest first
 * @param failure why its events could not be folded into a state; null when they could
 */
public record AggregateState<S>(
        S state,
        long version,
        List<CommandResult> recent,
        @Nullable String failure) {

    static <S> AggregateState<S> initial(S state) {
        return new AggregateState<>(state, 0, List.of(), null);
    }

    /** After a command's events; keeps the last {@code limit} results. */
    AggregateState<S> after(S newState, CommandResult result, int limit) {
        return new AggregateState<>(newState, result.version(), appended(recent, result, limit), failure);
    }

    /** An aggregate whose events cannot be folded: it keeps its version, and its commands are refused. */
    AggregateState<S> failed(long atVersion, String why) {
        return new AggregateState<>(state, atVersion, recent, why);
    }

    /** The result of the command with that id, if it is one of the last. */
    @Nullable
    CommandResult resultOf(String commandId) {
        for (int i = recent.size() - 1; i >= 0; i--) {
            if (recent.get(i).commandId().equals(commandId)) {
                return recent.get(i);
            }
        }
        return null;
    }

    private static List<CommandResult> appended(List<CommandResult> results, CommandResult result, int limit) {
        // A command's events are replayed one by one: the later result of the same command replaces the earlier.
        int keepTo = !results.isEmpty() && results.getLast().commandId().equals(result.commandId())
                ? results.size() - 1
                : results.size();
        int keepFrom = Math.max(0, keepTo + 1 - limit);
        var longer = new ArrayList<CommandResult>(keepTo - keepFrom + 1);
        longer.addAll(results.subList(keepFrom, keepTo));
        longer.add(result);
        return longer;
    }
}
