package io.diptych.command;

import java.util.List;

/**
 * The outcome of {@link Decider#decide}: events, or a rejection with a stable code.
 *
 * @param <E> the events
 */
public sealed interface Decision<E> {

    /** The events to record, in order; none means the command was fine and changed nothing. */
    record Accepted<E>(List<E> events) implements Decision<E> {
        public Accepted {
            events = List.copyOf(events);
        }
    }

    /**
     * The domain refuses the command.
     *
     * @param code stable and machine-readable, in kebab case, such as {@code order-not-found}
     * @param message for people: names the value that is refused
     */
    record Rejected<E>(String code, String message) implements Decision<E> {}

    /** Records the events in the order given. */
    @SafeVarargs
    @SuppressWarnings("varargs") // The array is copied, never written to.
    static <E> Decision<E> accept(E... events) {
        return new Accepted<>(List.of(events));
    }

    /** Refuses the command; nothing changes and the refusal is not remembered. */
    static <E> Decision<E> reject(String code, String message) {
        return new Rejected<>(code, message);
    }
}
