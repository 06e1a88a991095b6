package io.diptych.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diptych.App;
import io.diptych.command.Aggregate;
import io.diptych.command.Decider;
import io.diptych.command.Decision;
import io.diptych.message.Metadata;
import io.diptych.message.Recorded;
import io.diptych.projection.Key;
import io.diptych.projection.ReadModel;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

class FixturesTest {

    record Add(String id, int amount) {}

    record Added(String id, int amount) {}

    record Total(@Key String id, int sum) {}

    /** Counts, and refuses to go below zero. */
    private static class Counter implements Decider<Add, Integer, Added> {
        @Override
        public Integer initialState() {
            return 0;
        }

        @Override
        public Decision<Added> decide(Add command, Integer state, Metadata metadata) {
            return state + command.amount() < 0
                    ? Decision.reject("below-zero", "The amount [" + command.amount() + "] is too much")
                    : Decision.accept(new Added(command.id(), command.amount()));
        }

        @Override
        public Integer evolve(Integer state, Added event) {
            return state + event.amount();
        }
    }

    private static final Aggregate<Add, Integer, Added> COUNTER =
            new Aggregate<>("counter", Add.class, Integer.class, Added.class, Add::id, new Counter());

    private final DeciderFixture<Add, Integer, Added> counter = DeciderFixture.of(new Counter());

    @Test
    void a_decision_is_made_in_the_state_that_the_given_events_lead_to() {
        counter.given(new Added("c", 3), new Added("c", 4))
                .when(new Add("c", -7))
                .thenEvents(new Added("c", -7))
                .when(new Add("c", -1))
                .thenRejected("below-zero", "[-1]");
    }

    @Test
    void a_wrong_expectation_fails() {
        var outcome = counter.given().when(new Add("c", 1));

        assertThatThrownBy(() -> outcome.thenRejected("below-zero")).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> outcome.thenEvents(new Added("c", 2))).isInstanceOf(AssertionError.class);
        assertThatThrownBy(outcome::thenEvents).isInstanceOf(AssertionError.class);
    }

    @Test
    void a_decider_that_is_not_pure_is_found_out() {
        var calls = new AtomicInteger();
        var impure = new Counter() {
            @Override
            public Decision<Added> decide(Add command, Integer state, Metadata metadata) {
                return Decision.accept(new Added(command.id(), calls.incrementAndGet()));
            }
        };

        var history = DeciderFixture.of(impure).given();

        assertThatThrownBy(() -> history.when(new Add("c", 1))).hasMessageContaining("same decision");
    }

    @Test
    void rows_are_what_the_events_of_all_aggregates_fold_to() {
        var totals = ProjectionFixture.of(app(FixturesTest::sum), "totals", Added.class, Total.class)
                .given("a", new Added("a", 1), new Added("a", 2))
                .given("b", new Added("b", 5));

        assertThat(totals.row("a")).isEqualTo(new Total("a", 3));
        assertThat(totals.rows().values()).containsExactly(new Total("a", 3), new Total("b", 5));
        assertThat(totals.row("c")).isNull();
    }

    @Test
    void versions_count_per_aggregate_and_time_passes() {
        var versions = ProjectionFixture.of(
                        app((row, event) -> new Total(event.aggregateId(), (int) event.version())),
                        "totals",
                        Added.class,
                        Total.class)
                .given("a", new Added("a", 1))
                .given("b", new Added("b", 1))
                .given("a", new Added("a", 1));

        assertThat(versions.rows().values()).containsExactly(new Total("a", 2), new Total("b", 1));
    }

    @Test
    void a_row_under_another_key_than_its_own_is_found_out() {
        var wrong = ProjectionFixture.of(app((row, event) -> new Total("other", 1)), "totals", Added.class, Total.class)
                .given("a", new Added("a", 1));

        assertThatThrownBy(wrong::rows).hasMessageContaining("other");
    }

    @Test
    void a_read_model_that_the_app_does_not_have_is_named() {
        App app = app(FixturesTest::sum);

        assertThatThrownBy(() -> ProjectionFixture.of(app, "sums", Added.class, Total.class))
                .hasMessageContaining("[sums]");
    }

    private static App app(BiFunction<Total, Recorded<Added>, Total> evolve) {
        return App.named("counters")
                .with(COUNTER)
                .with(new ReadModel<>("totals", COUNTER, Total.class, Added::id, evolve));
    }

    private static Total sum(Total row, Recorded<Added> event) {
        return new Total(
                event.event().id(),
                (row == null ? 0 : row.sum()) + event.event().amount());
    }
}
