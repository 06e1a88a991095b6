package io.diptych.bench.poison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PoisonTest {

    private record Event(long order, int step) {}

    @Test
    void nothing_is_poison_where_no_key_is_to_be() {
        assertThat(poisoned(100, 0)).isEmpty();
    }

    @Test
    void one_poison_event_is_the_last_of_its_order() {
        assertThat(poisoned(25_000, 1)).containsExactly(new Event(12_500, 3));
    }

    @Test
    void of_many_keys_each_has_one_poison_event_and_each_step_is_as_often_it() {
        List<Event> poisoned = poisoned(2_500, 100);

        assertThat(poisoned.stream().map(Event::order).distinct()).hasSize(100);
        assertThat(poisoned).hasSize(100);
        for (int step = 0; step < 4; step++) {
            int of = step;
            assertThat(poisoned).filteredOn(event -> event.step() == of).hasSize(25);
        }
    }

    @Test
    void there_are_as_many_keys_as_asked_for_where_they_do_not_divide_the_orders() {
        assertThat(poisoned(1_000, 300)).hasSize(300);
    }

    @Test
    void more_keys_than_orders_are_refused() {
        assertThatThrownBy(() -> new Poison(10, 11)).hasMessageContaining("[11]");
    }

    private static List<Event> poisoned(long orders, int keys) {
        var poison = new Poison(orders, keys);
        var found = new ArrayList<Event>();
        for (long order = 0; order < orders; order++) {
            for (int step = 0; step < 4; step++) {
                if (poison.has(order, step)) {
                    found.add(new Event(order, step));
                }
            }
        }
        return found;
    }
}
