package io.diptych.chaos.load;

import io.diptych.chaos.load.Outcome.Accepted;
import io.diptych.chaos.load.Outcome.NotSent;
import io.diptych.chaos.load.Outcome.Refused;
import io.diptych.chaos.load.Outcome.Unknown;
import java.util.List;
import java.util.Optional;

/** A command and all attempts to send it, in order. */
public record Call(Request request, List<Attempt> attempts) {

    /** Copies the attempts. */
    public Call {
        attempts = List.copyOf(attempts);
    }

    /** The first answer that says it took effect. */
    public Optional<Accepted> accepted() {
        return attempts.stream()
                .map(Attempt::outcome)
                .filter(Accepted.class::isInstance)
                .map(Accepted.class::cast)
                .findFirst();
    }

    /** No attempt took effect, for certain. */
    public boolean failed() {
        return attempts.stream().noneMatch(a -> a.outcome() instanceof Accepted || a.outcome() instanceof Unknown);
    }

    /** Before this it had no effect. */
    public long invoked() {
        return attempts.stream()
                .filter(a -> !(a.outcome() instanceof NotSent))
                .mapToLong(Attempt::invoked)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** After this its effect was there; {@link Long#MAX_VALUE} when nobody was told. */
    public long ended() {
        return attempts.stream()
                .filter(a -> a.outcome() instanceof Accepted)
                .mapToLong(Attempt::ended)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** The attempts that the aggregate refused: each has seen a state of it. */
    public List<Attempt> refusals() {
        return attempts.stream().filter(a -> a.outcome() instanceof Refused).toList();
    }
}
