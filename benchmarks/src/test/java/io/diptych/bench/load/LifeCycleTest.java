package io.diptych.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import org.junit.jupiter.api.Test;

class LifeCycleTest {

    @Test
    void each_order_takes_its_steps_in_their_order() {
        var orders = new LifeCycle("o-");
        var next = new HashMap<String, Integer>();

        for (long number = 0; number < 10_000; number++) {
            LifeCycle.Command command = orders.command(number);
            assertThat(command.step()).isEqualTo(next.getOrDefault(command.orderId(), 0));
            next.put(command.orderId(), command.step() + 1);
        }

        assertThat(next).hasSize(2500);
        assertThat(next.values()).containsOnly(4);
    }
}
