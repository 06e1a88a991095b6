package io.diptych.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DeadlinesTest {

    private static final Duration LONG = Duration.ofMinutes(10);

    private final Deadlines deadlines = new Deadlines();

    @Test
    void those_that_are_over_are_told_once_and_the_others_not() throws Exception {
        var told = new AtomicInteger();
        var early = new AtomicInteger();
        var both = new CountDownLatch(2);
        long begun = System.nanoTime();
        try (Deadlines.Deadline later = deadlines.after(LONG, early::incrementAndGet)) {
            deadlines.after(Duration.ofMillis(1), early::incrementAndGet).close();
            Deadlines.Deadline one = deadlines.after(Duration.ofMillis(150), () -> {
                told.incrementAndGet();
                both.countDown();
            });
            Deadlines.Deadline another = deadlines.after(Duration.ofMillis(400), both::countDown);

            assertThat(both.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(System.nanoTime() - begun)
                    .isGreaterThanOrEqualTo(Duration.ofMillis(400).toNanos());
            assertThat(told).hasValue(1);
            assertThat(early).hasValue(0);
        }
    }

    @Test
    void waits_that_begin_after_all_others_were_over_are_ended_as_well() throws Exception {
        for (int i = 0; i < 3; i++) {
            var told = new CountDownLatch(1);
            Deadlines.Deadline unused = deadlines.after(Duration.ofMillis(1), told::countDown);
            assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }
}
