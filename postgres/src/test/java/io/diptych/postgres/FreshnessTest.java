package io.diptych.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diptych.message.ConsistencyToken;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.postgres.Fixture.Item;
import io.diptych.projection.Filter;
import io.diptych.projection.ReadModel;
import io.diptych.projection.ReadModelQueries.Freshness;
import io.diptych.projection.ReadModelQueries.ListQuery;
import io.diptych.projection.ReadModelQueries.Seen;
import io.diptych.projection.internal.LogEnds;
import io.diptych.projection.internal.RowStore;
import io.diptych.projection.internal.RowStore.Move;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reading one's own writes. The projection runs in another {@link Postgres}, as if in another process. */
class FreshnessTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final String app = Fixture.freshName();
    private final ReadModel<String, Item> items = Fixture.model("items", Item.class);
    private final LogEnds ends = new LogEnds();
    private final Postgres reader = Postgres.open(Fixture.app(app, items), TestDatabase.settings(), ends);
    private final Postgres writer = Postgres.open(Fixture.app(app, items), TestDatabase.settings());
    private final RowStore<Item> store = writer.store().rows(items, 1);

    @BeforeEach
    void makeTables() {
        writer.ensureSchema();
    }

    @AfterEach
    void close() {
        reader.close();
        writer.close();
    }

    @Test
    void a_point_that_is_passed_is_answered_at_once() {
        apply(3, 0, 10, 1);

        assertThat(find("item:3:9", Duration.ZERO)).containsEntry("quantity", 1);
    }

    @Test
    void a_query_that_waits_is_answered_when_the_commit_happens_elsewhere() throws Exception {
        awaitListening();
        for (int round = 0; round < 20; round++) {
            String token = "item:3:" + round;
            CompletableFuture<Map<String, @Nullable Object>> answer =
                    CompletableFuture.supplyAsync(() -> find(token, LONG));
            assertThat(answer).isNotDone();

            apply(3, round, round + 1, round);
            long committed = System.nanoTime();

            assertThat(answer.get(10, TimeUnit.SECONDS)).containsEntry("quantity", round);
            assertThat(Duration.ofNanos(System.nanoTime() - committed))
                    .as("round %d", round)
                    .isLessThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void a_query_waits_for_all_of_the_points_of_its_token() throws Exception {
        awaitListening();
        CompletableFuture<Map<String, @Nullable Object>> answer =
                CompletableFuture.supplyAsync(() -> find("item:3:0,item:4:0", LONG));

        apply(3, 0, 1, 1);
        assertThatThrownBy(() -> find("item:3:0,item:4:0", Duration.ZERO)).isInstanceOf(ProblemException.class);
        assertThat(answer).isNotDone();
        apply(4, 0, 1, 2);

        assertThat(answer.get(10, TimeUnit.SECONDS)).containsEntry("quantity", 2);
    }

    @Test
    void a_point_that_is_not_passed_in_time_is_named() {
        apply(3, 0, 10, 1);

        assertThatThrownBy(() -> find("item:3:14", Duration.ofMillis(50)))
                .isInstanceOfSatisfying(ProblemException.class, e -> {
                    assertThat(e.problem().type()).isEqualTo(Problem.Type.NOT_CAUGHT_UP);
                    assertThat(e.problem().detail()).contains("[items]", "[10]", "[3]", "[14]");
                    assertThat(e.problem().extensions()).isEqualTo(Map.of("readModel", "items", "behind", 5L));
                });
    }

    @Test
    void a_partition_that_nobody_has_seen_is_not_passed() {
        for (String token : List.of("item:2147483647:0", "item:7:9223372036854775807")) {
            assertThatThrownBy(() -> find(token, Duration.ZERO))
                    .isInstanceOfSatisfying(
                            ProblemException.class,
                            e -> assertThat(e.problem().type()).isEqualTo(Problem.Type.NOT_CAUGHT_UP));
        }
        assertThat(reader.queries()
                        .find("items", "a", fresh("item:7:-1", Duration.ZERO))
                        .fields())
                .isNull();
    }

    @Test
    void points_of_other_aggregates_are_no_concern_of_this_read_model() {
        assertThat(reader.queries()
                        .find("items", "a", fresh("customer:3:14", Duration.ZERO))
                        .fields())
                .isNull();
    }

    @Test
    void a_list_waits_as_well_and_counts_in_the_same_snapshot() {
        apply(3, 0, 10, 1);

        var page = reader.queries()
                .list(
                        "items",
                        new ListQuery(List.of(Filter.equal("quantity", "1")), List.of(), 10, null, true),
                        fresh("item:3:9", Duration.ZERO));

        assertThat(page.rows()).hasSize(1);
        assertThat(page.count()).isEqualTo(1);
    }

    @Test
    void an_answer_tells_what_it_has_seen_in_the_same_snapshot_as_the_row() throws Exception {
        apply(3, 0, 1, 1);
        CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
            for (int i = 1; i < 300; i++) {
                apply(3, i, i + 1, i + 1);
            }
        });
        do {
            var row = reader.queries().find("items", "a", Freshness.NONE);
            var page =
                    reader.queries().list("items", new ListQuery(List.of(), List.of(), 10, null, true), Freshness.NONE);

            assertThat(row.fields()).containsEntry("quantity", seen(row.seen()));
            assertThat(page.rows().getFirst()).containsEntry("quantity", seen(page.seen()));
        } while (!writing.isDone());
        writing.get(10, TimeUnit.SECONDS);
    }

    /** The position that the answer was read at, which each batch also puts into the row. */
    private static int seen(Seen seen) {
        return (int) seen.token().points().getFirst().offset() + 1;
    }

    @Test
    void an_answer_that_must_be_recent_waits_until_it_is_and_says_how_far_it_is_behind_when_not() throws Exception {
        awaitListening();
        ends.sampled(System.nanoTime(), Map.of("item", new long[] {0, 0, 0, 1}));
        var second = new Freshness(null, Duration.ofSeconds(30), Duration.ZERO);

        assertThatThrownBy(() -> reader.queries().find("items", "a", second))
                .isInstanceOfSatisfying(ProblemException.class, e -> {
                    assertThat(e.problem().type()).isEqualTo(Problem.Type.NOT_CAUGHT_UP);
                    assertThat(e.problem().detail()).contains("[items]", "[1] events", "[30.000] seconds");
                    assertThat(e.problem().extensions()).containsEntry("lagEvents", 1L);
                });
        var answer = CompletableFuture.supplyAsync(
                () -> reader.queries().find("items", "a", new Freshness(null, Duration.ofSeconds(30), LONG)));
        apply(3, 0, 1, 7);

        var row = answer.get(10, TimeUnit.SECONDS);
        assertThat(row.fields()).containsEntry("quantity", 7);
        assertThat(row.seen().lag().events()).isZero();
        assertThat(row.seen().lag().time()).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void an_answer_that_must_be_recent_is_refused_while_nobody_knows_where_the_events_end() {
        assertThatThrownBy(() -> reader.queries()
                        .find("items", "a", new Freshness(null, Duration.ofSeconds(1), Duration.ofMillis(50))))
                .isInstanceOfSatisfying(ProblemException.class, e -> {
                    assertThat(e.problem().type()).isEqualTo(Problem.Type.NOT_CAUGHT_UP);
                    assertThat(e.problem().detail()).contains("unknown");
                });
    }

    @Test
    void waiting_queries_hold_no_connection() throws Exception {
        awaitListening();
        int waiting = 100; // many more than the pool has connections
        var answers = new java.util.ArrayList<CompletableFuture<Map<String, @Nullable Object>>>();
        try (var executor = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < waiting; i++) {
                answers.add(CompletableFuture.supplyAsync(() -> find("item:3:0", LONG), executor));
            }

            assertThat(reader.queries().find("items", "nothing", Freshness.NONE).fields())
                    .isNull();
            apply(3, 0, 1, 5);

            for (var answer : answers) {
                assertThat(answer.get(10, TimeUnit.SECONDS)).containsEntry("quantity", 5);
            }
        }
    }

    @Test
    void progress_is_told_for_every_move_of_every_partition() throws Exception {
        var heard = new LinkedBlockingQueue<Progress>();
        awaitListening();
        try (var registration = reader.onProgress(heard::add)) {
            assertThat(registration).isNotNull();
            var moves = new HashMap<Integer, Move>();
            for (int partition = 100; partition < 1100; partition++) {
                moves.put(partition, new Move(0, 1_000_000_000_000L + partition));
            }

            Fixture.apply(store, moves, Set.of(), stored -> Map.of());

            while (!moves.isEmpty()) {
                Progress progress = heard.poll(10, TimeUnit.SECONDS);
                assertThat(progress).isNotNull();
                assertThat(progress.position()).isEqualTo(1_000_000_000_000L + progress.partition());
                assertThat(moves.remove(progress.partition())).isNotNull();
            }
        }
    }

    /** A move that was made before is told when the connection is there, one made later by notice. */
    private void awaitListening() throws Exception {
        var heard = new LinkedBlockingQueue<Progress>();
        apply(99, 0, 1, 0);
        try (var registration = reader.onProgress(heard::add)) {
            assertThat(registration).isNotNull();
            for (long position = 1; ; position++) {
                if (heard.poll(100, TimeUnit.MILLISECONDS) != null) {
                    return;
                }
                assertThat(position).isLessThan(100);
                apply(99, position, position + 1, 0);
            }
        }
    }

    private void apply(int partition, long from, long to, int quantity) {
        Fixture.apply(
                store,
                Map.of(partition, new Move(from, to)),
                Set.of("a"),
                stored -> Map.of("a", new Item("a", null, quantity)));
    }

    private Map<String, @Nullable Object> find(String token, Duration maxWait) {
        return java.util.Objects.requireNonNull(
                reader.queries().find("items", "a", fresh(token, maxWait)).fields());
    }

    private static Freshness fresh(String token, Duration maxWait) {
        return new Freshness(ConsistencyToken.parse(token), maxWait);
    }
}
