package io.diptych.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.command.Decider;
import io.diptych.command.Decision;
import io.diptych.message.Metadata;
import java.util.List;

/**
 * Tests a decider as a sentence: given these events, when this command comes, then that follows. Also fails when the
 * decider is not a pure function of what it is given.
 *
 * <pre>{@code
 * orders.given(created).when(new PayOrder("1")).thenEvents(new OrderPaid("1"));
 * orders.given().when(new PayOrder("1")).thenRejected("order-not-found");
 * }</pre>
 */
public final class DeciderFixture<C, S, E> {

    private final Decider<C, S, E> decider;

    private DeciderFixture(Decider<C, S, E> decider) {
        this.decider = decider;
    }

    /** A fixture for that decider. */
    public static <C, S, E> DeciderFixture<C, S, E> of(Decider<C, S, E> decider) {
        return new DeciderFixture<>(decider);
    }

    /** What has happened to the aggregate so far, in order; nothing for one that does not exist. */
    @SafeVarargs
    @SuppressWarnings("varargs") // The array is copied, never written to.
    public final History given(E... events) {
        return new History(List.of(events));
    }

    /** An aggregate with a past. */
    public final class History {

        private final List<E> events;

        private History(List<E> events) {
            this.events = events;
        }

        /** The command comes at {@link TestMetadata#NOW}. */
        public Outcome when(C command) {
            return when(command, TestMetadata.of("command-1"));
        }

        /** The command comes with that metadata. */
        public Outcome when(C command, Metadata metadata) {
            Decision<E> decision = decider.decide(command, state(), metadata);
            assertThat(decider.decide(command, state(), metadata))
                    .as("The same command in the same state must lead to the same decision")
                    .isEqualTo(decision);
            return new Outcome(events, decision);
        }

        /** The aggregate's state. */
        public S state() {
            return replayed(events);
        }
    }

    /** What the decider made of the command. */
    public final class Outcome {

        private final List<E> before;
        private final Decision<E> decision;

        private Outcome(List<E> before, Decision<E> decision) {
            this.before = before;
            this.decision = decision;
        }

        /** It recorded exactly these events, in this order; the history goes on after them. */
        @SafeVarargs
        @SuppressWarnings("varargs") // The array is copied, never written to.
        public final History thenEvents(E... expected) {
            assertThat(decision).isEqualTo(new Decision.Accepted<>(List.of(expected)));
            var after = new java.util.ArrayList<>(before);
            after.addAll(List.of(expected));
            replayed(after);
            return new History(List.copyOf(after));
        }

        /** It was refused with that code; the message holds each of these parts, such as the value refused. */
        public void thenRejected(String code, String... messageParts) {
            assertThat(decision).isInstanceOfSatisfying(Decision.Rejected.class, rejected -> {
                assertThat(rejected.code()).isEqualTo(code);
                assertThat(rejected.message()).contains(messageParts);
            });
        }

        /** The decision, for anything else. */
        public Decision<E> decision() {
            return decision;
        }
    }

    private S replayed(List<E> events) {
        S state = decider.initialState();
        for (E event : events) {
            state = decider.evolve(state, event);
        }
        return state;
    }
}
