package io.diptych.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.message.ConsistencyToken.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaitersTest {

    private final Waiters waiters = new Waiters();
    private final Waiters.Waiter waiter =
            waiters.register("orders", List.of(new Point("order", 0, 7), new Point("order", 1, 3)));

    @Test
    void what_was_never_heard_of_is_to_be_looked_at() {
        assertThat(waiter.isBehind(1)).isFalse();
    }

    @Test
    void as_long_as_one_point_is_known_not_to_be_passed_looking_is_in_vain() {
        waiters.wake(new Progress("orders", 1, 0, 7));
        waiters.wake(new Progress("orders", 1, 1, 4));
        assertThat(waiter.isBehind(1)).isTrue();

        waiters.wake(new Progress("orders", 1, 0, 8));
        assertThat(waiter.isBehind(1)).isFalse();
    }

    @Test
    void another_generation_or_read_model_says_nothing() {
        waiters.wake(new Progress("orders", 2, 0, 7));
        waiters.wake(new Progress("demand", 1, 0, 7));

        assertThat(waiter.isBehind(1)).isFalse();
    }

    @Test
    void after_a_gap_in_what_is_heard_it_is_to_be_looked_at() {
        waiters.wake(new Progress("orders", 1, 0, 7));
        waiters.wakeAll();

        assertThat(waiter.isBehind(1)).isFalse();
    }

    @Test
    void a_move_between_registering_and_waiting_is_not_missed() throws InterruptedException {
        waiters.wake(new Progress("orders", 1, 0, 7));
        assertThat(waiter.isBehind(1)).isTrue();
        waiters.wake(new Progress("orders", 1, 0, 8));

        assertThat(waiter.await(1, 0)).isTrue();
    }
}
