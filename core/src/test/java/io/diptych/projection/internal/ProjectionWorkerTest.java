package io.diptych.projection.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.diptych.command.Aggregate;
import io.diptych.command.Decider;
import io.diptych.command.Decision;
import io.diptych.message.Metadata;
import io.diptych.message.Recorded;
import io.diptych.projection.Batching;
import io.diptych.projection.DeadLetters.Cause;
import io.diptych.projection.Key;
import io.diptych.projection.Projection;
import io.diptych.projection.ProjectionObserver;
import io.diptych.projection.ProjectionStatus.State;
import io.diptych.projection.ReadModel;
import io.diptych.projection.internal.RowStore.PositionMovedException;
import io.diptych.projection.internal.RowStore.RowRefusedException;
import io.diptych.projection.internal.RowStore.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ProjectionWorkerTest {

    /** How often a word was said. */
    record Count(@Key String word, int times) {}

    private static final class Counting implements Projection<String, Count> {
        private boolean broken = true;
        private int failures;

        @Override
        public @Nullable Object key(String event) {
            return event.equals("silence") ? null : event;
        }

        @Override
        public @Nullable Count evolve(@Nullable Count row, Recorded<String> event) {
            if (event.event().equals("poison") && broken) {
                failures++;
                throw new IllegalStateException("cannot count this");
            }
            if (event.event().equals("too much")) {
                throw new OutOfMemoryError("for this test");
            }
            if (event.event().equals("forget")) {
                return null;
            }
            return new Count(event.event(), row == null ? 1 : row.times() + 1);
        }
    }

    private static final int ATTEMPTS = 2;

    /** Events of a batch that is applied while the next is read. */
    private static final int OVERLAPPED = 5;

    private final Counting projection = new Counting();
    private final MemoryFeed.Log log = new MemoryFeed.Log();
    private final MemoryRows<Count> rows = new MemoryRows<>();
    private final MutableClock clock = new MutableClock();
    private MemoryFeed feed = new MemoryFeed(log);
    private ProjectionWorker<String, Count> worker = worker();

    private ProjectionWorker<String, Count> worker() {
        return worker(Batching.DEFAULT);
    }

    private ProjectionWorker<String, Count> worker(Batching batching) {
        var aggregate = new Aggregate<>("word", String.class, String.class, String.class, c -> c, new Unused());
        var model = new ReadModel<>("counts", aggregate, Count.class, projection).withBatching(batching);
        return new ProjectionWorker<>(
                model, 1, new TextEvents(), ATTEMPTS, feed, rows, clock, ProjectionObserver.NONE, OVERLAPPED);
    }

    @Test
    void events_become_rows_and_positions() {
        log.add(0, "a", "b", "a");
        log.add(1, "b", "silence");

        run(4);

        assertThat(counts()).isEqualTo(Map.of("a", 2, "b", 2));
        assertThat(rows.positions()).isEqualTo(Map.of(0, 3L, 1, 2L));
        assertThat(worker.status().state()).isEqualTo(State.RUNNING);
    }

    @Test
    void positions_pass_what_is_no_event_so_that_they_can_reach_the_end() {
        log.add(0, "a", "b");
        log.addEndOfTransaction(0);
        run(4);
        assertThat(rows.positions()).isEqualTo(Map.of(0, 3L));
        assertThat(rows.batches()).isEqualTo(1);

        log.addEndOfTransaction(0);
        log.addEndOfTransaction(1);
        run(4);

        assertThat(rows.positions()).isEqualTo(Map.of(0, 4L, 1, 1L));
        assertThat(rows.batches()).isEqualTo(2);
    }

    @Test
    void positions_pass_an_event_that_is_parked_and_none_that_is_not() {
        log.add(0, "a");
        log.addEndOfTransaction(0);
        log.add(0, "poison", "b");
        log.addEndOfTransaction(0);
        run(6);
        log.add(0, "too much");
        log.addEndOfTransaction(0);
        run(6);

        assertThat(rows.positions()).isEqualTo(Map.of(0, 5L));
        assertThat(counts()).isEqualTo(Map.of("a", 1, "b", 1));
        assertThat(rows.letters()).hasSize(1);
    }

    @Test
    void a_batch_has_no_more_events_than_it_may() {
        worker = worker(new Batching(Duration.ZERO, 2));
        log.add(0, "a", "b", "a");
        log.add(1, "b", "a");
        log.addEndOfTransaction(1);

        run(2);

        assertThat(counts()).isEqualTo(Map.of("a", 3, "b", 2));
        assertThat(rows.positions()).isEqualTo(Map.of(0, 3L, 1, 3L));
        assertThat(rows.batches()).isEqualTo(3);
    }

    @Test
    void an_event_that_may_wait_is_applied_with_those_that_come_meanwhile() {
        worker = worker(new Batching(Duration.ofSeconds(20), 3));
        run(1);
        feed.beforePolls(() -> log.add(0, "a"), () -> {}, () -> log.add(0, "b"), () -> log.add(1, "a"));

        run(1);

        assertThat(counts()).isEqualTo(Map.of("a", 2, "b", 1));
        assertThat(rows.batches()).isEqualTo(1);
    }

    @Test
    void an_event_waits_no_longer_than_it_may() {
        worker = worker(new Batching(Duration.ofMillis(5), 3));
        run(1);
        log.add(0, "a");

        run(1);

        assertThat(counts()).isEqualTo(Map.of("a", 1));
    }

    @Test
    void events_of_a_partition_that_goes_while_they_wait_are_somebody_elses() {
        worker = worker(new Batching(Duration.ofSeconds(20), 3));
        run(1);
        log.add(0, "a");
        feed.beforePolls(() -> {}, () -> worker.revoked(List.of(0)), () -> log.add(1, "b", "b"));

        run(1);

        assertThat(counts()).isEqualTo(Map.of("b", 2));
        assertThat(rows.positions()).isEqualTo(Map.of(1, 2L));
    }

    @Test
    @Timeout(30)
    void a_large_batch_is_applied_while_the_next_is_read() {
        run(1);
        rows.hold();
        log.add(0, "a", "b", "c", "d", "e");
        run(1);

        assertThat(worker.status().partitions().get(0).position()).isZero();
        log.add(0, "a", "b", "c", "d", "e", "f");
        feed.beforePolls(rows::letGo);
        run(2);

        assertThat(counts()).isEqualTo(Map.of("a", 2, "b", 2, "c", 2, "d", 2, "e", 2, "f", 1));
        assertThat(rows.batches()).isEqualTo(2);
        assertThat(worker.status().partitions().get(0).position()).isEqualTo(11);
    }

    @Test
    void what_was_read_meanwhile_is_read_again_when_the_batch_before_fails() {
        run(1);
        rows.failBefore(new StoreUnavailableException("no database", new IllegalStateException()));
        log.add(0, "a", "b", "c", "d", "e");
        run(1);
        log.add(0, "a", "b", "c", "d", "e");

        run(1);
        assertThat(worker.status().reason()).isEqualTo("no database");
        run(4);

        assertThat(counts()).isEqualTo(Map.of("a", 2, "b", 2, "c", 2, "d", 2, "e", 2));
    }

    @Test
    @Timeout(30)
    void a_partition_is_given_away_when_its_batch_is_applied() {
        run(1);
        rows.hold();
        log.add(0, "a", "b", "c", "d", "e");
        run(1);
        Thread.ofVirtual().start(() -> {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            rows.letGo();
        });

        worker.revoked(List.of(0));

        assertThat(rows.positions()).isEqualTo(Map.of(0, 5L));
    }

    @Test
    void a_deleted_row_is_gone() {
        log.add(0, "forget", "a");

        run(4);

        assertThat(counts()).isEqualTo(Map.of("a", 1));
    }

    @Test
    void a_new_worker_goes_on_where_the_rows_are() {
        log.add(0, "a", "b");
        run(4);
        feed = new MemoryFeed(log);
        worker = worker();

        log.add(0, "a");
        run(4);

        assertThat(counts()).isEqualTo(Map.of("a", 2, "b", 1));
    }

    @Test
    void events_that_come_again_change_nothing() {
        log.add(0, "a", "b");
        run(4);
        feed.seek(0, 0);
        log.add(0, "a");

        run(4);

        assertThat(counts()).isEqualTo(Map.of("a", 2, "b", 1));
        assertThat(rows.positions()).isEqualTo(Map.of(0, 3L));
    }

    @Test
    void events_that_come_again_while_a_crowd_is_gathered_change_nothing() {
        for (int i = 0; i < 20; i++) {
            log.add(0, "a");
        }
        run(4);
        log.add(0, "a", "b");
        feed.beforePolls(() -> {}, () -> feed.seek(0, 20));

        run(4);

        assertThat(counts()).isEqualTo(Map.of("a", 21, "b", 1));
        assertThat(rows.positions()).isEqualTo(Map.of(0, 22L));
    }

    @Test
    void an_unknown_outcome_of_the_commit_applies_nothing_twice() {
        log.add(0, "a", "b");
        rows.failAfterCommit(new StoreUnavailableException("lost the answer", new IllegalStateException()));

        run(6);

        assertThat(counts()).isEqualTo(Map.of("a", 1, "b", 1));
    }

    @Test
    void a_database_that_is_away_is_waited_for_and_said() {
        log.add(0, "a", "b");
        rows.failBefore(new StoreUnavailableException("no database", new IllegalStateException()));

        run(1);
        worker.step(Duration.ZERO);
        assertThat(worker.status().state()).isEqualTo(State.WAITING);
        assertThat(worker.status().reason()).isEqualTo("no database");
        run(6);

        assertThat(worker.status().state()).isEqualTo(State.RUNNING);
        assertThat(counts()).isEqualTo(Map.of("a", 1, "b", 1));
    }

    @Test
    void a_position_moved_by_another_owner_is_taken_over() {
        log.add(0, "a", "b", "c");
        rows.failBefore(new PositionMovedException("moved"));
        rows.put(Map.of("a", new Count("a", 1)), Map.of(0, 1L));

        run(6);

        assertThat(counts()).isEqualTo(Map.of("a", 1, "b", 1, "c", 1));
    }

    @Test
    void a_poisoned_key_waits_while_others_flow() {
        log.add(0, "a", "poison", "b", "poison");
        log.add(1, "c", "d");
        run(6);
        log.add(0, "poison", "a");
        run(6);

        assertThat(counts()).isEqualTo(Map.of("a", 2, "b", 1, "c", 1, "d", 1));
        assertThat(worker.status().state()).isEqualTo(State.RUNNING);
        assertThat(rows.positions()).isEqualTo(Map.of(0, 6L, 1, 2L));
        assertThat(rows.letters())
                .extracting(NewLetter::key, letter -> letter.event().offset(), letter -> letter.failure() != null)
                .containsExactly(tuple("poison", 1L, true), tuple("poison", 3L, false), tuple("poison", 4L, false));
    }

    @Test
    void an_event_is_tried_as_often_as_set_and_what_came_of_it_is_kept() {
        log.add(0, "poison", "poison");

        run(4);

        assertThat(projection.failures).isEqualTo(ATTEMPTS);
        assertThat(rows.letters().getFirst().failure()).satisfies(failure -> {
            assertThat(failure.cause()).isEqualTo(Cause.FOLD_FAILED);
            assertThat(failure.error()).contains("cannot count this");
            assertThat(failure.stack()).contains("ProjectionWorkerTest");
            assertThat(failure.attempts()).isEqualTo(ATTEMPTS);
        });
    }

    @Test
    void a_row_that_cannot_be_stored_parks_its_key() {
        log.add(0, "a", "b", "unstorable", "c");
        log.add(1, "d", "e", "f");
        rows.refuse("unstorable", new RowRefusedException("too wide", null));

        run(8);

        assertThat(counts()).isEqualTo(Map.of("a", 1, "b", 1, "c", 1, "d", 1, "e", 1, "f", 1));
        assertThat(rows.letters()).singleElement().satisfies(letter -> {
            assertThat(letter.key()).isEqualTo("unstorable");
            assertThat(letter.failure().error()).isEqualTo("too wide");
        });
    }

    @Test
    void an_event_that_cannot_be_read_is_parked_by_its_place_when_it_names_no_aggregate() {
        log.addForeign(0);
        log.add(0, "a");

        run(6);

        assertThat(counts()).isEqualTo(Map.of("a", 1));
        assertThat(rows.letters()).singleElement().satisfies(letter -> {
            assertThat(letter.key()).isEqualTo("@0/0");
            assertThat(letter.failure().cause()).isEqualTo(Cause.UNREADABLE);
            assertThat(letter.failure().error()).contains("ce_type");
        });
    }

    @Test
    void an_error_of_the_machine_parks_nothing() {
        log.add(0, "a", "too much");

        run(4);

        assertThat(rows.letters()).isEmpty();
        assertThat(worker.status().state()).isEqualTo(State.STALLED);
        assertThat(worker.status().reason()).contains("for this test");
    }

    @Test
    void whatever_the_store_does_each_event_counts_once() {
        for (int seed = 0; seed < 1000; seed++) {
            var run = new ProjectionWorkerTest();
            run.projection.broken = false;
            run.randomly(new Random(seed));
            assertThat(run.counts()).as("seed %d", seed).isEqualTo(run.log.expected());
            assertThat(run.feed.behind(0) + run.feed.behind(1)).isZero();
            assertThat(run.rows.positions()).as("seed %d", seed).isEqualTo(run.log.ends());
        }
    }

    private void randomly(Random random) {
        for (int i = 0; i < 40; i++) {
            switch (random.nextInt(9)) {
                case 0, 1 -> log.add(random.nextInt(MemoryFeed.PARTITIONS), "w" + random.nextInt(5));
                case 7 -> {
                    String word = "w" + random.nextInt(5);
                    log.add(random.nextInt(MemoryFeed.PARTITIONS), word, word, word, word, word, word);
                }
                case 2 -> rows.failBefore(new StoreUnavailableException("away", new IllegalStateException()));
                case 3 -> rows.failAfterCommit(new StoreUnavailableException("unknown", new IllegalStateException()));
                case 4 -> log.addEndOfTransaction(random.nextInt(MemoryFeed.PARTITIONS));
                case 5 -> {
                    worker.close();
                    feed = new MemoryFeed(log);
                    worker = worker(new Batching(Duration.ZERO, 1 + random.nextInt(8)));
                }
                case 6 -> feed.seek(random.nextInt(MemoryFeed.PARTITIONS), 0);
                default -> worker.step(Duration.ZERO);
            }
        }
        run(20);
    }

    private void run(int steps) {
        for (int i = 0; i < steps; i++) {
            worker.step(Duration.ZERO);
        }
    }

    private Map<String, Integer> counts() {
        Map<String, Integer> counts = new TreeMap<>();
        rows.all().forEach((key, row) -> counts.put((String) key, row.times()));
        return counts;
    }

    private static final class MutableClock implements java.time.InstantSource {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        void advance(Duration time) {
            now = now.plus(time);
        }
    }

    private static final class Unused implements Decider<String, String, String> {
        @Override
        public String initialState() {
            return "";
        }

        @Override
        public Decision<String> decide(String command, String state, Metadata metadata) {
            return Decision.accept();
        }

        @Override
        public String evolve(String state, String event) {
            return state;
        }
    }
}
