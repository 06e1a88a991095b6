package io.diptych.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.postgres.Worker;
import io.diptych.projection.ProjectionStatus.State;
import io.diptych.projection.ReadModelStatus;
import io.diptych.projection.internal.LogEnds;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReadModelStatesTest {

    private static final Instant SINCE = Instant.parse("2026-01-01T00:00:00Z");

    private final LogEnds ends = new LogEnds();
    private final Positions positions = new Positions();
    private final ReadModelStates states = new ReadModelStates(Orders.APP, ends, positions);

    private void kafkaTold(Duration ago, long... partitions) {
        ends.sampled(System.nanoTime() - ago.toNanos(), Map.of("order", partitions));
    }

    private static Worker worker(String node, State state, @Nullable String reason, Duration age, int... partitions) {
        var rates = new java.util.TreeMap<Integer, Double>();
        for (int partition : partitions) {
            rates.put(partition, 10.0);
        }
        return new Worker("order_summary", node, state, reason, SINCE, rates, age);
    }

    private ReadModelStatus status(Worker... workers) {
        return states.of(List.of(workers), Duration.ZERO).getFirst();
    }

    @Test
    void before_anything_is_known_nothing_is_said_to_be_0() {
        ReadModelStatus status = status();
        assertThat(status.state()).isEqualTo(State.WAITING);
        assertThat(status.lag().events()).isNull();

        kafkaTold(Duration.ZERO, 5);
        assertThat(status().partitions().getFirst().position()).isNull();
        assertThat(status().lag().events()).isNull();
    }

    @Test
    void a_partition_that_is_current_runs_and_one_that_is_old_is_catching_up() {
        kafkaTold(Duration.ofSeconds(10), 5, 5);
        kafkaTold(Duration.ZERO, 5, 9);
        positions.read(Map.of("order_summary", Map.of(0, 5L, 1, 5L)), System.nanoTime());

        ReadModelStatus status = status(worker("a", State.RUNNING, null, Duration.ZERO, 0, 1));

        assertThat(status.partitions())
                .extracting(ReadModelStatus.Partition::state)
                .containsExactly(State.RUNNING, State.CATCHING_UP);
        assertThat(status.state()).isEqualTo(State.CATCHING_UP);
        assertThat(status.lag().events()).isEqualTo(4);
        assertThat(status.lag().time()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(20));
        assertThat(status.eventsPerSecond()).isEqualTo(20);
    }

    @Test
    void a_node_that_is_silent_is_named_until_another_has_its_partition() {
        kafkaTold(Duration.ZERO, 5, 5);
        positions.read(Map.of("order_summary", Map.of(0, 5L)), System.nanoTime());
        Worker dead = worker("dead", State.RUNNING, null, Duration.ofSeconds(12), 0, 1);

        ReadModelStatus status = status(dead, worker("b", State.RUNNING, null, Duration.ZERO, 1));

        assertThat(status.partitions().getFirst().state()).isEqualTo(State.WAITING);
        assertThat(status.partitions().getFirst().reason()).contains("[dead]", "12 s");
        assertThat(status.partitions().getFirst().node()).isNull();
        assertThat(status.partitions().get(1).node()).isEqualTo("b");
        assertThat(status(worker("b", State.RUNNING, null, Duration.ZERO, 1))
                        .partitions()
                        .getFirst()
                        .reason())
                .contains("no node");
    }

    @Test
    void what_a_worker_says_of_itself_is_told_with_its_reason_and_time() {
        kafkaTold(Duration.ZERO, 5);
        positions.read(Map.of(), System.nanoTime());

        ReadModelStatus status = status(worker("a", State.STALLED, "offset 3", Duration.ZERO, 0));

        assertThat(status.state()).isEqualTo(State.STALLED);
        assertThat(status.reason()).isEqualTo("offset 3");
        assertThat(status.since()).isEqualTo(SINCE);
        assertThat(status.lag().events()).isEqualTo(5);
    }

    @Test
    void kafka_or_a_database_that_does_not_answer_is_waited_for() {
        kafkaTold(Duration.ofSeconds(60), 5);
        positions.read(Map.of("order_summary", Map.of(0, 5L)), System.nanoTime());
        Worker running = worker("a", State.RUNNING, null, Duration.ZERO, 0);

        assertThat(status(running).reason()).contains("waiting for Kafka");
        assertThat(states.of(List.of(running), Duration.ofSeconds(60))
                        .getFirst()
                        .reason())
                .contains("waiting for the database", "60 s");
    }

    @Test
    void a_move_that_was_told_after_the_table_was_asked_is_newer_than_what_it_says() {
        positions.moved("order_summary", 0, 9, 200);
        positions.moved("order_summary", 1, 9, 50);
        positions.moved("order_summary", 2, 9, 50);

        positions.read(Map.of("order_summary", Map.of(0, 8L, 1, 3L)), 100);

        assertThat(positions.of("order_summary", 0)).isEqualTo(9);
        assertThat(positions.of("order_summary", 1)).isEqualTo(3);
        assertThat(positions.of("order_summary", 2)).isZero();
    }

    @Test
    void a_rate_is_that_of_the_last_ten_seconds() {
        var rates = new Rates<String>();
        for (int second = 0; second <= 30; second++) {
            rates.add(second * 1_000_000_000L, Map.of("a", second < 20 ? 0L : (second - 20) * 50L));
        }

        assertThat(rates.perSecond("a")).isEqualTo(50);
        assertThat(rates.perSecond("b")).isZero();
    }
}
