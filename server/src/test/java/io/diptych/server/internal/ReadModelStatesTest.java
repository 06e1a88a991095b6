package io.diptych.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.postgres.Progress;
import io.diptych.postgres.Worker;
import io.diptych.projection.Generation;
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
        return new Worker("order_summary", 1, node, state, reason, SINCE, rates, age);
    }

    private static Progress at(int partition, long position) {
        return new Progress("order_summary", 1, partition, position);
    }

    private ReadModelStatus status(Worker... workers) {
        return states.of(List.of(), List.of(workers), Duration.ZERO).getFirst();
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
        positions.read(List.of(at(0, 5), at(1, 5)), System.nanoTime());

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
        positions.read(List.of(at(0, 5)), System.nanoTime());
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
        positions.read(List.of(), System.nanoTime());

        ReadModelStatus status = status(worker("a", State.STALLED, "offset 3", Duration.ZERO, 0));

        assertThat(status.state()).isEqualTo(State.STALLED);
        assertThat(status.reason()).isEqualTo("offset 3");
        assertThat(status.since()).isEqualTo(SINCE);
        assertThat(status.lag().events()).isEqualTo(5);
    }

    @Test
    void kafka_or_a_database_that_does_not_answer_is_waited_for() {
        kafkaTold(Duration.ofSeconds(60), 5);
        positions.read(List.of(at(0, 5)), System.nanoTime());
        Worker running = worker("a", State.RUNNING, null, Duration.ZERO, 0);

        assertThat(status(running).reason()).contains("waiting for Kafka");
        assertThat(states.of(List.of(), List.of(running), Duration.ofSeconds(60))
                        .getFirst()
                        .reason())
                .contains("waiting for the database", "60 s");
    }

    @Test
    void a_generation_that_is_filled_is_shown_beside_the_one_that_serves() {
        kafkaTold(Duration.ofSeconds(10), 8);
        kafkaTold(Duration.ZERO, 8);
        positions.read(List.of(at(0, 8), new Progress("order_summary", 2, 0, 2)), System.nanoTime());
        var generations = List.of(
                new Generation("order_summary", 1, 1, Generation.State.SERVING, SINCE),
                new Generation("order_summary", 2, 1, Generation.State.FILLING, SINCE));
        Worker fills = new Worker("order_summary", 2, "a", State.RUNNING, null, SINCE, Map.of(0, 3.0), Duration.ZERO);

        List<ReadModelStatus> both = states.of(
                generations, List.of(worker("a", State.RUNNING, null, Duration.ZERO, 0), fills), Duration.ZERO);

        assertThat(both).hasSize(3);
        assertThat(both.getFirst().state()).isEqualTo(State.RUNNING);
        assertThat(both.get(1).state()).isEqualTo(State.CATCHING_UP);
        assertThat(both.get(1).lag().events()).isEqualTo(6);
        assertThat(both.get(1).eventsPerSecond()).isEqualTo(3);
    }

    @Test
    void a_move_that_was_told_after_the_table_was_asked_is_newer_than_what_it_says() {
        positions.moved(at(0, 9), 200);
        positions.moved(at(1, 9), 50);
        positions.moved(at(2, 9), 50);

        positions.read(List.of(at(0, 8), at(1, 3)), 100);

        assertThat(positions.of(new Positions.Partition("order_summary", 1, 0))).isEqualTo(9);
        assertThat(positions.of(new Positions.Partition("order_summary", 1, 1))).isEqualTo(3);
        assertThat(positions.of(new Positions.Partition("order_summary", 1, 2))).isZero();
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
