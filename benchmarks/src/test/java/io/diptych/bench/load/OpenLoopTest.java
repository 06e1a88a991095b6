package io.diptych.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class OpenLoopTest {

    @Test
    void those_that_wait_for_a_stall_count_with_their_waiting() {
        // given
        var loop = new OpenLoop(1000, Duration.ZERO, Duration.ofMillis(500));

        // when: the tenth request takes 200 ms, and the one who sends takes no other meanwhile
        loop.run(number -> {
            if (number == 10) {
                long until = System.nanoTime() + Duration.ofMillis(200).toNanos();
                while (System.nanoTime() < until) {
                    LockSupport.parkNanos(until - System.nanoTime());
                }
            }
            loop.answered(number, System.nanoTime());
        });

        // then: of 500 requests, 200 were meant to be sent in the stall, half of which waited for over 100 ms
        assertThat(loop.latencies().getTotalCount()).isEqualTo(500);
        assertThat(loop.latencies().getCountBetweenValues(100_000, 10_000_000)).isGreaterThanOrEqualTo(100);
    }

    @Test
    void what_is_sent_while_warming_up_does_not_count() {
        var loop = new OpenLoop(1000, Duration.ofMillis(20), Duration.ofMillis(30));

        loop.run(number -> loop.answered(number, System.nanoTime()));

        assertThat(loop.count()).isEqualTo(50);
        assertThat(loop.latencies().getTotalCount()).isEqualTo(30);
    }
}
