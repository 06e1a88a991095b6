package io.diptych.command;

import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Names an aggregate and what it consists of.
 *
 * @param name lower case, as it stands in topic names: {@code order} gives {@code orders.order.commands}
 * @param commandType the sealed interface (or the one class) of its commands
 * @param stateType the record (or sealed interface) of its state, which is kept as JSON between restarts
 * @param eventType the sealed interface (or the one class) of its events
 * @param id reads the aggregate's id from a command
 * @param decider the behaviour
 * @param stateVersion another number after {@code evolve} was changed: kept states are then made anew from the events.
 *     A change of the state's own shape is noticed without it
 */
public record Aggregate<C, S, E>(
        String name,
        Class<C> commandType,
        Class<S> stateType,
        Class<E> eventType,
        Function<C, String> id,
        Decider<C, S, E> decider,
        int stateVersion) {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,62}");

    /** Checks the name. */
    public Aggregate {
        Objects.requireNonNull(decider);
        requireName("aggregate", name);
    }

    /** The first version of the state. */
    public Aggregate(
            String name,
            Class<C> commandType,
            Class<S> stateType,
            Class<E> eventType,
            Function<C, String> id,
            Decider<C, S, E> decider) {
        this(name, commandType, stateType, eventType, id, decider, 1);
    }

    /** The same with that version of the state. */
    public Aggregate<C, S, E> withStateVersion(int version) {
        return new Aggregate<>(name, commandType, stateType, eventType, id, decider, version);
    }

    /**
     * Refuses a name that could not stand in a topic, table or URL.
     *
     * @throws IllegalArgumentException naming the name and the rule
     */
    public static void requireName(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("The " + what + " name [" + name
                    + "] must be 1 to 63 lower-case letters, digits, '-' or '_', beginning with a letter");
        }
    }
}
