package io.diptych.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.diptych.App;
import io.diptych.ConfigurationException;
import io.diptych.message.ConsistencyToken;
import io.diptych.message.ProblemException;
import io.diptych.postgres.Fixture.Item;
import io.diptych.projection.Filter;
import io.diptych.projection.Generation;
import io.diptych.projection.Generation.State;
import io.diptych.projection.Indexed;
import io.diptych.projection.Key;
import io.diptych.projection.ReadModel;
import io.diptych.projection.ReadModelQueries.Freshness;
import io.diptych.projection.ReadModelQueries.ListQuery;
import io.diptych.projection.internal.RowStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GenerationsTest {

    private static final PostgresSettings SETTINGS = TestDatabase.settings();

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** What an item became in its second version. */
    record Goods(@Key String id, @Indexed long quantity) {}

    private final String app = Fixture.freshName();
    private final ReadModel<String, Item> first = Fixture.model("items", Item.class);
    private final ReadModel<String, Goods> second =
            Fixture.model("items", Goods.class).withVersion(2);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Postgres postgres = open(Fixture.app(app, first));

    @AfterEach
    void close() {
        postgres.close();
        threads.shutdownNow();
    }

    @Test
    void a_new_version_fills_beside_the_old_which_serves_until_it_has_caught_up() throws Exception {
        RowStore<Item> old = postgres.store().rows(first, 1);
        Fixture.put(old, Item::id, new Item("a", "NEW", 1));
        Fixture.put(old, Item::id, new Item("b", "NEW", 2));
        reopen(Fixture.app(app, second).withFormer(first));

        assertThat(states()).containsExactly("1 of version 1 SERVING", "2 of version 2 FILLING");
        RowStore<Goods> fresh = postgres.store().rows(second, 2);
        Fixture.put(fresh, Goods::id, new Goods("a", 1));
        assertThat(postgres.store().takeOver(filling())).isFalse();
        assertThat(find("b")).isEqualTo(Map.of("id", "b", "status", "NEW", "quantity", 2));

        Fixture.put(fresh, Goods::id, new Goods("b", 2));
        assertThat(postgres.store().takeOver(filling())).isTrue();

        assertThat(states()).containsExactly("1 of version 1 KEPT", "2 of version 2 SERVING");
        assertThat(find("b")).isEqualTo(Map.of("id", "b", "quantity", 2L));
        assertThat(Fixture.sql(SETTINGS, "select quantity::text from \"" + app + "\".items order by id"))
                .containsExactly("1", "2");
        assertThat(Fixture.sql(
                        SETTINGS,
                        "select indexdef from pg_indexes where schemaname = '" + app + "' and tablename = 'items_g2'"))
                .anySatisfy(definition -> assertThat(definition).contains("(quantity, id)"));
    }

    @Test
    void a_node_that_has_only_the_new_version_answers_from_the_old_rows_meanwhile() {
        Fixture.put(postgres.store().rows(first, 1), Item::id, new Item("a", "NEW", 1), new Item("b", null, 2));
        reopen(Fixture.app(app, second));

        assertThat(find("a")).isEqualTo(Map.of("id", "a", "status", "NEW", "quantity", 1));
        var query = new ListQuery(List.of(Filter.equal("status", "NEW")), List.of("-quantity"), 10, null, true);
        assertThat(postgres.queries().list("items", query, Freshness.NONE).count())
                .isEqualTo(1);
    }

    @Test
    void a_query_that_waits_for_its_token_is_answered_by_the_rows_that_take_over() throws Exception {
        RowStore<Item> old = postgres.store().rows(first, 1);
        Fixture.put(old, Item::id, new Item("a", "NEW", 1));
        Generation filling = postgres.generations().rebuild("items", false);
        RowStore<Item> fresh = postgres.store().rows(first, filling.number());
        var token = ConsistencyToken.of("item", 0, 1);
        var waiting = CompletableFuture.supplyAsync(() -> postgres.queries()
                .find("items", "a", new Freshness(token, Duration.ofSeconds(20)))
                .fields());

        Fixture.put(fresh, Item::id, new Item("a", "NEW", 1));
        Fixture.put(fresh, Item::id, new Item("a", "PAID", 1));
        assertThat(waiting).isNotDone();
        assertThat(postgres.store().takeOver(filling)).isTrue();

        assertThat(waiting.get(10, TimeUnit.SECONDS)).containsEntry("status", "PAID");
        assertThat(states()).containsExactly("2 of version 1 SERVING");
    }

    @Test
    void another_node_sees_the_switch_and_never_an_older_row_against_a_token() throws Exception {
        RowStore<Item> old = postgres.store().rows(first, 1);
        Fixture.put(old, Item::id, new Item("a", "NEW", 1));
        try (var other = Postgres.open(Fixture.app(app, first), SETTINGS)) {
            assertThat(other.queries().find("items", "a", Freshness.NONE).fields())
                    .containsEntry("status", "NEW");
            Generation filling = postgres.generations().rebuild("items", false);
            Fixture.put(postgres.store().rows(first, 2), Item::id, new Item("a", "NEW", 10));
            assertThat(postgres.store().takeOver(filling)).isTrue();
            Fixture.put(postgres.store().rows(first, 2), Item::id, new Item("a", "PAID", 11));

            var fresh = new Freshness(ConsistencyToken.of("item", 0, 1), Duration.ofSeconds(5));
            assertThat(other.queries().find("items", "a", fresh).fields()).containsEntry("quantity", 11);
        }
    }

    @Test
    void who_reads_without_pause_never_sees_an_older_row_after_the_switch() throws Exception {
        int steps = 300;
        RowStore<Item> old = postgres.store().rows(first, 1);
        Fixture.put(old, Item::id, new Item("a", null, 0));
        Generation filling = postgres.generations().rebuild("items", true);
        RowStore<Item> fresh = postgres.store().rows(first, 2);
        var writers = List.of(
                CompletableFuture.runAsync(() -> count(old, 1, steps), threads),
                CompletableFuture.runAsync(() -> count(fresh, 0, steps), threads));
        Runnable untilItServes = () -> {
            while (!postgres.store().takeOver(filling)) {
                Thread.onSpinWait();
            }
        };
        var switched = CompletableFuture.runAsync(untilItServes, threads);

        int seen = 0;
        while (seen < steps) {
            int now = (int) find("a").get("quantity");
            assertThat(now).isGreaterThanOrEqualTo(seen);
            seen = now;
        }

        switched.get(20, TimeUnit.SECONDS);
        CompletableFuture.allOf(writers.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
        assertThat(states()).containsExactly("1 of version 1 KEPT", "2 of version 1 SERVING");
    }

    private static void count(RowStore<Item> store, int from, int to) {
        for (int i = from; i <= to; i++) {
            Fixture.put(store, Item::id, new Item("a", null, i));
        }
    }

    @Test
    void the_rows_that_serve_stand_still_while_others_take_their_place() throws Exception {
        RowStore<Item> old = postgres.store().rows(first, 1);
        Fixture.put(old, Item::id, new Item("a", null, 1));
        Fixture.put(old, Item::id, new Item("a", null, 2));
        Generation filling = postgres.generations().rebuild("items", true);
        RowStore<Item> fresh = postgres.store().rows(first, 2);
        Fixture.put(fresh, Item::id, new Item("a", null, 1));

        var switched = CompletableFuture.supplyAsync(() -> postgres.store().takeOver(filling), threads);
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> isHeldAlone(1));
        var later = CompletableFuture.runAsync(() -> Fixture.put(old, Item::id, new Item("a", null, 3)), threads);
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> waitsForLock(1));
        Fixture.put(fresh, Item::id, new Item("a", null, 2));

        assertThat(switched.get(10, TimeUnit.SECONDS)).isTrue();
        later.get(10, TimeUnit.SECONDS);
        assertThat(find("a")).containsEntry("quantity", 2);
    }

    private boolean isHeldAlone(int generation) throws Exception {
        return locks(generation, "mode = 'ExclusiveLock' and granted");
    }

    private boolean waitsForLock(int generation) throws Exception {
        return locks(generation, "not granted");
    }

    private boolean locks(int generation, String which) throws Exception {
        long number = RowStatements.lockNumber(app, "items", generation);
        return Fixture.sql(
                        SETTINGS,
                        "select exists (select from pg_locks where locktype = 'advisory' and classid = "
                                + (number >>> 32) + "::bigint::oid and objid = " + (number & 0xFFFFFFFFL)
                                + "::bigint::oid and " + which + ")")
                .contains("t");
    }

    @Test
    void a_kept_generation_serves_again_once_it_is_current() {
        RowStore<Item> old = postgres.store().rows(first, 1);
        Fixture.put(old, Item::id, new Item("a", "OLD", 1));
        Generation filling = postgres.generations().rebuild("items", true);
        RowStore<Item> fresh = postgres.store().rows(first, 2);
        Fixture.put(fresh, Item::id, new Item("a", "NEW", 1));
        assertThat(postgres.store().takeOver(filling)).isTrue();
        Fixture.put(fresh, Item::id, new Item("a", "NEWER", 1));

        assertProblem(
                "generation-conflict", "is behind", () -> postgres.generations().rollback("items"));
        assertThat(find("a")).containsEntry("status", "NEWER");

        Fixture.put(old, Item::id, new Item("a", "OLDER", 1));
        assertThat(postgres.generations().rollback("items").number()).isEqualTo(1);
        assertThat(states()).containsExactly("1 of version 1 SERVING", "2 of version 1 KEPT");
        assertThat(find("a")).containsEntry("status", "OLDER");
    }

    @Test
    void what_serves_is_not_dropped_and_what_is_dropped_is_gone() throws Exception {
        assertProblem(
                "generation-conflict", "serves", () -> postgres.generations().drop("items", 1));
        assertProblem("not-found", "[7]", () -> postgres.generations().drop("items", 7));
        assertProblem(
                "generation-conflict",
                "none can serve again",
                () -> postgres.generations().rollback("items"));
        assertProblem(
                "unknown-read-model", "[itms]", () -> postgres.generations().rebuild("itms", false));
        Generation filling = postgres.generations().rebuild("items", false);
        Fixture.put(postgres.store().rows(first, 2), Item::id, new Item("a", null, 1));
        assertProblem(
                "generation-conflict",
                "being filled already",
                () -> postgres.generations().rebuild("items", false));

        postgres.generations().drop("items", filling.number());
        assertThat(states()).containsExactly("1 of version 1 SERVING");
        postgres.store().tidy();
        assertThat(Fixture.sql(SETTINGS, "select to_regclass('\"" + app + "\".items_g2') is not null"))
                .as("nodes may still write to it")
                .containsExactly("t");

        Fixture.sql(SETTINGS, "update \"" + app + "\".diptych_generations set since = since - interval '1 minute'");
        postgres.store().tidy();
        assertThat(Fixture.sql(SETTINGS, "select to_regclass('\"" + app + "\".items_g2')::text"))
                .containsExactly((String) null);
        assertThat(Fixture.sql(SETTINGS, "select generation::text from \"" + app + "\".diptych_positions"))
                .isEmpty();
    }

    @Test
    void a_version_older_than_the_rows_is_refused_at_the_start() {
        reopen(Fixture.app(app, first.withVersion(3)));

        assertThatThrownBy(() -> reopen(Fixture.app(app, second)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("version [2]", "version [3]");
        // Nodes of the version that serves go on while the new ones are deployed.
        reopen(Fixture.app(app, first));
        assertThat(states()).containsExactly("1 of version 1 SERVING", "2 of version 3 FILLING");
    }

    @Test
    void a_version_that_was_never_finished_gives_way_to_the_next() {
        reopen(Fixture.app(app, second));
        reopen(Fixture.app(app, first.withVersion(3)));

        assertThat(states()).containsExactly("1 of version 1 SERVING", "3 of version 3 FILLING");
    }

    private Map<String, Object> find(String key) {
        var row = postgres.queries().find("items", key, Freshness.NONE).fields();
        assertThat(row).isNotNull();
        return new java.util.HashMap<>(row);
    }

    private List<String> states() {
        return postgres.generations().all().stream()
                .map(g -> g.number() + " of version " + g.version() + " " + g.state())
                .toList();
    }

    private Generation filling() {
        return postgres.generations().all().stream()
                .filter(generation -> generation.state() == State.FILLING)
                .findFirst()
                .orElseThrow();
    }

    private static void assertProblem(String type, String part, Runnable action) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().type().slug()).isEqualTo(type))
                .hasMessageContaining(part);
    }

    private void reopen(App other) {
        postgres.close();
        postgres = open(other);
    }

    private static Postgres open(App app) {
        var postgres = Postgres.open(app, SETTINGS);
        try {
            postgres.ensureSchema();
            return postgres;
        } catch (RuntimeException e) {
            postgres.close();
            throw e;
        }
    }
}
