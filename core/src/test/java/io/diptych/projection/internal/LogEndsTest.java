package io.diptych.projection.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.message.ConsistencyToken.Point;
import io.diptych.projection.Lag;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogEndsTest {

    private final AtomicLong now = new AtomicLong();
    private final LogEnds ends = new LogEnds(now::get);

    private void sample(long second, long... partitions) {
        now.set(Duration.ofSeconds(second).toNanos());
        ends.sampled(now.get(), Map.of("order", partitions));
    }

    private static Lag lag(long events, long seconds) {
        return new Lag(events, Duration.ofSeconds(seconds));
    }

    @Test
    void nothing_is_known_before_kafka_was_asked() {
        assertThat(ends.lag("order", Map.of(0, 7L))).isEqualTo(Lag.UNKNOWN);
        assertThat(ends.partitions("order")).isZero();
    }

    @Test
    void a_position_at_the_end_is_as_old_as_the_last_question() {
        sample(10, 5, 0);

        assertThat(ends.lag("order", Map.of(0, 5L))).isEqualTo(lag(0, 0));
        now.addAndGet(Duration.ofSeconds(3).toNanos()); // Kafka does not answer.
        assertThat(ends.lag("order", Map.of(0, 5L))).isEqualTo(lag(0, 3));
        sample(20, 5, 0);
        assertThat(ends.lag("order", Map.of(0, 5L))).isEqualTo(lag(0, 0));
    }

    @Test
    void a_position_behind_is_as_old_as_the_newest_end_that_it_has_reached() {
        sample(10, 5, 3);
        sample(20, 5, 3);
        sample(30, 9, 3);
        sample(40, 9, 8);

        assertThat(ends.lag("order", Map.of(0, 9L, 1, 8L))).isEqualTo(lag(0, 0));
        assertThat(ends.lag("order", Map.of(0, 9L, 1, 7L))).isEqualTo(lag(1, 10));
        assertThat(ends.lag("order", Map.of(0, 8L, 1, 8L))).isEqualTo(lag(1, 20));
        assertThat(ends.lag("order", 0, 8)).isEqualTo(lag(1, 20));
        assertThat(ends.lag("order", 1, 8)).isEqualTo(lag(0, 0));
    }

    @Test
    void how_old_a_position_is_that_was_behind_from_the_beginning_is_unknown() {
        sample(10, 5, 3);

        assertThat(ends.lag("order", Map.of(0, 5L))).isEqualTo(new Lag(3L, null));
    }

    @Test
    void a_partition_that_kafka_does_not_tell_of_keeps_its_age() {
        sample(10, 5, 3);
        sample(20, 6, -1);

        assertThat(ends.lag("order", Map.of(0, 6L, 1, 3L))).isEqualTo(lag(0, 10));
    }

    @Test
    void memory_is_bounded_and_what_is_said_of_long_ago_is_never_too_little() {
        for (int second = 1; second <= 100_000; second++) {
            sample(second, second);
        }

        assertThat(ends.lag("order", Map.of(0, 99_990L))).isEqualTo(lag(10, 10));
        for (long position : List.of(90_000L, 50_000L, 10_000L, 1000L)) {
            Lag lag = ends.lag("order", Map.of(0, position));
            assertThat(lag.events()).isEqualTo(100_000 - position);
            if (lag.time() != null) {
                assertThat(lag.time()).isGreaterThanOrEqualTo(Duration.ofSeconds(100_000 - position));
            }
        }
    }

    @Test
    void all_that_was_committed_at_a_time_is_before_the_first_ends_seen_from_then_on() throws Exception {
        sample(10, 5, 0);
        sample(20, 9, 0);

        assertThat(ends.asOf("order", Duration.ofSeconds(10).toNanos(), 0))
                .isEqualTo(List.of(new Point("order", 0, 4)));
        assertThat(ends.asOf("order", Duration.ofSeconds(15).toNanos(), 0))
                .isEqualTo(List.of(new Point("order", 0, 8)));
        assertThat(ends.asOf("order", Duration.ofSeconds(21).toNanos(), 0)).isNull();
        assertThat(ends.asOf("customer", 0, 0)).isNull();
    }

    @Test
    void who_wants_to_know_anew_has_kafka_asked() throws Exception {
        sample(10, 5);
        now.set(Duration.ofSeconds(11).toNanos());
        var deadline = now.get() + Duration.ofSeconds(10).toNanos();
        CompletableFuture<List<Point>> points = CompletableFuture.supplyAsync(() -> {
            try {
                return ends.asOf("order", now.get(), deadline);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });

        ends.awaitDemand(Duration.ofSeconds(30));
        sample(12, 6);

        assertThat(points.get(10, TimeUnit.SECONDS)).isEqualTo(List.of(new Point("order", 0, 5)));
    }
}
