package io.diptych.bench.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WarmUpTest {

    private static final Duration SOON = Duration.ofSeconds(1);
    private static final Duration AT_MOST = Duration.ofMinutes(5);

    private final WarmUp warmUp = new WarmUp(() -> 0, AT_MOST);

    @Test
    void it_goes_on_while_compilers_work_for_more_than_a_tenth_of_the_time() {
        assertThat(warmUp.goesOn(3, SOON, 1.7)).isTrue();
        assertThat(warmUp.goesOn(3, SOON, 0.11)).isTrue();
        assertThat(warmUp.goesOn(3, SOON, 0.10)).isFalse();
        assertThat(warmUp.goesOn(3, SOON, 0)).isFalse();
    }

    @Test
    void it_ends_in_time_however_busy_they_are() {
        assertThat(warmUp.goesOn(3, AT_MOST.minusMillis(1), 1.7)).isTrue();
        assertThat(warmUp.goesOn(3, AT_MOST, 1.7)).isFalse();
    }

    @Test
    void one_round_tells_nothing_about_the_next() {
        assertThat(warmUp.goesOn(0, Duration.ZERO, 0)).isTrue();
        assertThat(warmUp.goesOn(1, AT_MOST, 0)).isTrue();
        assertThat(warmUp.goesOn(2, SOON, 0)).isFalse();
    }
}
