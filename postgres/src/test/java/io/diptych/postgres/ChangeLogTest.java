package io.diptych.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.diptych.message.ProblemException;
import io.diptych.postgres.Fixture.Item;
import io.diptych.projection.ChangeLog;
import io.diptych.projection.Filter;
import io.diptych.projection.Generation;
import io.diptych.projection.ReadModel;
import io.diptych.projection.RowStream;
import io.diptych.projection.internal.RowStore;
import io.diptych.projection.internal.RowStore.Move;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChangeLogTest {

    private static final PostgresSettings SETTINGS = TestDatabase.settings();

    private final String app = Fixture.freshName();
    private final ReadModel<String, Item> plain = Fixture.model("items", Item.class);
    private final ReadModel<String, Item> items = plain.withChangeLog(ChangeLog.DEFAULT);
    private final Watched watched = new Watched("id");
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Postgres postgres = Fixture.open(Fixture.app(app, items), SETTINGS);
    private RowStore<Item> store = postgres.store().rows(items, 1);

    @AfterEach
    void close() {
        postgres.close();
        threads.shutdownNow();
    }

    @Test
    void a_stream_begins_with_the_rows_and_goes_on_with_each_change() throws Exception {
        put(new Item("a", "NEW", 1), new Item("b", null, 2));
        try (RowStream stream = stream(null)) {
            watched.await(stream, 3);
            put(new Item("a", "PAID", 1));
            delete("b");
            watched.await(stream, 5);
        }

        assertThat(watched.events())
                .containsExactly(
                        "row " + json("a", "NEW", 1),
                        "row {\"id\":\"b\",\"status\":null,\"quantity\":2}",
                        "complete {}",
                        "changed " + json("a", "PAID", 1),
                        "removed {\"id\":\"b\"}");
    }

    @Test
    void what_another_process_commits_wakes_a_stream() throws Exception {
        try (var other = Fixture.open(Fixture.app(app, items), SETTINGS);
                RowStream stream = other.queries().stream("items", "a", List.of(), null)) {
            watched.await(stream, 1);
            var next = CompletableFuture.supplyAsync(() -> next(stream), threads);
            put(new Item("b", "NEW", 1));
            put(new Item("a", "NEW", 1));
            watched.take(next.get(10, TimeUnit.SECONDS));
        }

        assertThat(watched.events()).containsExactly("complete {}", "changed " + json("a", "NEW", 1));
    }

    private static RowStream.Portion next(RowStream stream) {
        try {
            return stream.next(Duration.ofSeconds(30));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void a_stream_that_is_cut_after_any_event_goes_on_with_the_next() throws Exception {
        String beginning = Watched.id(postgres, "items");
        for (int i = 0; i < 5; i++) {
            put(new Item("a", null, i), new Item("b", null, i));
        }
        watched.catchUp(stream(beginning));
        assertThat(watched.events()).hasSize(10);

        var pieces = new Watched("id");
        pieces.id = beginning;
        for (int i = 0; i < 10; i++) {
            try (RowStream stream = stream(pieces.id)) {
                RowStream.Portion portion = stream.next(Duration.ZERO);
                RowStream.Event first = portion.events().getFirst();
                pieces.take(new RowStream.Portion(List.of(first), null));
            }
        }

        assertThat(pieces.events()).isEqualTo(watched.events());
        pieces.catchUp(stream(pieces.id));
        assertThat(pieces.events()).hasSize(10);
    }

    @Test
    void a_row_that_leaves_the_filter_is_removed_and_one_that_enters_or_stays_is_changed() throws Exception {
        var paid = List.of(Filter.equal("status", "PAID"), new Filter("quantity", Filter.Operator.GTE, List.of("10")));
        put(new Item("a", "PAID", 10), new Item("b", "PAID", 9), new Item("c", null, 10));
        try (RowStream stream = postgres.queries().stream("items", null, paid, null)) {
            watched.await(stream, 2);
            put(new Item("b", "PAID", 10));
            put(new Item("a", "PAID", 11));
            put(new Item("c", null, 12));
            put(new Item("a", null, 11));
            delete("c");
            delete("b");
            put(new Item("d", "PAID", 10));
            watched.await(stream, 7);
        }

        assertThat(watched.events())
                .containsExactly(
                        "row " + json("a", "PAID", 10),
                        "complete {}",
                        "changed " + json("b", "PAID", 10),
                        "changed " + json("a", "PAID", 11),
                        "removed {\"id\":\"a\"}",
                        "removed {\"id\":\"b\"}",
                        "changed " + json("d", "PAID", 10));
    }

    @Test
    void rows_that_are_told_page_by_page_are_right_whatever_changes_meanwhile() throws Exception {
        var random = new Random(7);
        put(IntStream.range(0, 900).mapToObj(i -> new Item("i" + i, null, 0)).toArray(Item[]::new));
        try (RowStream stream = stream(null)) {
            while (watched.id == null) {
                watched.take(stream.next(Duration.ZERO));
                for (int i = 0; i < 30; i++) {
                    String id = "i" + random.nextInt(1_000);
                    if (random.nextInt(3) == 0) {
                        delete(id);
                    } else {
                        put(new Item(id, null, 1 + random.nextInt(100)));
                    }
                }
            }
            watched.catchUp(stream);
        }

        assertThat(watched.events())
                .anyMatch(event -> event.startsWith("removed"))
                .contains("complete {}");
        assertThat(watched.rows()).isEqualTo(table(1));
        watched.catchUp(stream(watched.id));
        assertThat(watched.rows()).isEqualTo(table(1));
    }

    @Test
    void numbers_have_no_gap_and_follow_the_commits_of_two_stores() throws Exception {
        try (var other = Fixture.open(Fixture.app(app, items), SETTINGS);
                RowStream stream = stream(null)) {
            watched.await(stream, 1);
            var writers = List.of(
                    CompletableFuture.runAsync(() -> count(store, 0, "a"), threads),
                    CompletableFuture.runAsync(() -> count(other.store().rows(items, 1), 1, "b"), threads));
            watched.await(stream, 201);
            for (var writer : writers) {
                writer.get(10, TimeUnit.SECONDS);
            }
        }

        assertThat(sql("select string_agg(number::text, ',' order by number) from %s.diptych_changes"))
                .isEqualTo(sql("select string_agg(n::text, ',' order by n) from generate_series(1, 200) as n"));
        assertThat(sql("select count(*) from %1$s.diptych_changes as c join %1$s.diptych_changes as p on p.row_key ="
                        + " c.row_key and p.number = (select max(number) from %1$s.diptych_changes as o where o.row_key ="
                        + " c.row_key and o.number < c.number) where p.after::text = c.before::text"))
                .as("changes that begin with the row that the one before ended with")
                .isEqualTo("198");
        assertThat(watched.rows()).isEqualTo(table(1));
        assertThat(watched.events())
                .filteredOn(event -> event.contains("\"a\""))
                .isSorted()
                .doesNotHaveDuplicates()
                .hasSize(100);
    }

    private static void count(RowStore<Item> store, int partition, String id) {
        for (int i = 0; i < 100; i++) {
            var row = new Item(id, "N", 1_000 + i);
            Fixture.apply(
                    store, Map.of(partition, new Move(i, i + 1)), java.util.Set.of(id), stored -> Map.of(id, row));
        }
    }

    @Test
    void what_is_rolled_back_even_at_its_commit_is_not_recorded() throws Exception {
        put(new Item("a", null, 1));
        assertThatThrownBy(() -> Fixture.apply(
                        store,
                        Map.of(0, new Move(0, 5)),
                        java.util.Set.of("a"),
                        stored -> Map.of("a", new Item("a", null, 9))))
                .isInstanceOf(RowStore.PositionMovedException.class);
        Fixture.sql(SETTINGS, """
                create function "%1$s".few() returns trigger language plpgsql as $$ begin
                if new.quantity > 5 then raise exception 'too many'; end if; return new; end $$;
                create constraint trigger few after update on "%1$s".items_g1 deferrable initially deferred
                for each row execute function "%1$s".few()""".formatted(app));
        assertThatThrownBy(() -> put(new Item("a", null, 9)))
                .isInstanceOf(RowStore.StoreUnavailableException.class)
                .hasMessageContaining("too many");
        put(new Item("a", null, 2));

        assertThat(sql("select string_agg(number || ':' || (after ->> 'quantity'), ' ' order by number)"
                        + " from %s.diptych_changes"))
                .isEqualTo("1:1 2:2");
    }

    @Test
    void rows_that_are_filled_record_nothing_until_they_serve() throws Exception {
        put(new Item("a", null, 1));
        try (RowStream stream = stream(null)) {
            watched.await(stream, 2);
            Generation filling = postgres.generations().rebuild("items", false);
            RowStore<Item> fresh = postgres.store().rows(items, 2);
            Fixture.put(fresh, Item::id, new Item("a", "ANEW", 1));
            put(new Item("a", null, 2));
            Fixture.put(fresh, Item::id, new Item("a", "ANEW", 2));
            watched.await(stream, 3);
            assertThat(postgres.store().takeOver(filling)).isTrue();
            Fixture.put(fresh, Item::id, new Item("a", "ANEW", 3));
            put(new Item("a", null, 3));
            watched.await(stream, 6);
        }

        assertThat(watched.events())
                .startsWith("row {\"id\":\"a\",\"status\":null,\"quantity\":1}", "complete {}")
                .element(3)
                .isEqualTo("reset {\"reason\":\"Other rows serve now\"}");
        assertThat(watched.rows()).containsExactly(Map.entry("a", json("a", "ANEW", 3)));
        assertThat(sql("select string_agg(number || ':' || (after ->> 'quantity'), ' ' order by number)"
                        + " from %s.diptych_changes"))
                .isEqualTo("1:1 2:2 3:3");
    }

    @Test
    void a_batch_that_began_before_its_rows_came_to_serve_is_not_missed() throws Exception {
        Generation filling = postgres.generations().rebuild("items", true);
        RowStore<Item> fresh = postgres.store().rows(items, 2);
        var begun = new CompletableFuture<Void>();
        var goOn = new CompletableFuture<Void>();
        try (RowStream stream = stream(null)) {
            watched.await(stream, 1);
            var batch = CompletableFuture.runAsync(
                    () -> Fixture.apply(fresh, Map.of(0, new Move(0, 1)), java.util.Set.of("a"), stored -> {
                        begun.complete(null);
                        goOn.join();
                        return Map.of("a", new Item("a", null, 1));
                    }),
                    threads);
            begun.get(10, TimeUnit.SECONDS);
            var switched = CompletableFuture.supplyAsync(() -> postgres.store().takeOver(filling), threads);
            await().until(() -> switched.isDone()
                    || "t"
                            .equals(sql("select exists (select from pg_locks"
                                    + " where locktype = 'advisory' and not granted), '%s'")));
            watched.take(stream.next(Duration.ofMillis(100)));
            goOn.complete(null);
            batch.get(10, TimeUnit.SECONDS);
            assertThat(switched.get(10, TimeUnit.SECONDS)).isTrue();
        }
        watched.catchUp(stream(watched.id));

        assertThat(watched.rows()).isEqualTo(table(2)).hasSize(1);
    }

    @Test
    void no_change_is_missed_while_generations_change_places() throws Exception {
        int steps = 300;
        Generation filling = postgres.generations().rebuild("items", true);
        RowStore<Item> fresh = postgres.store().rows(items, 2);
        var writers = CompletableFuture.allOf(
                CompletableFuture.runAsync(() -> countRows(store, steps), threads),
                CompletableFuture.runAsync(() -> countRows(fresh, steps), threads),
                CompletableFuture.runAsync(
                        () -> {
                            while (!postgres.store().takeOver(filling)) {
                                Thread.onSpinWait();
                            }
                        },
                        threads));
        try (RowStream stream = stream(null)) {
            while (!writers.isDone()) {
                watched.take(stream.next(Duration.ofMillis(10)));
            }
            writers.get(20, TimeUnit.SECONDS);
            watched.catchUp(stream(watched.id));
        }

        assertThat(watched.rows()).hasSize(steps).isEqualTo(table(2));
    }

    /** Each row once, so that none can make up for one that was missed. */
    private static void countRows(RowStore<Item> store, int steps) {
        for (int i = 0; i < steps; i++) {
            Fixture.put(store, Item::id, new Item("i" + i, null, i));
        }
    }

    @Test
    void changes_that_are_old_or_too_many_are_deleted_and_who_missed_them_is_told_to_begin_anew() throws Exception {
        reopen(plain.withChangeLog(new ChangeLog(Duration.ofHours(1), 3, false)));
        String beginning = Watched.id(postgres, "items");
        put(new Item("a", null, 1));
        String afterFirst = Watched.id(postgres, "items");
        for (int i = 2; i <= 4; i++) {
            put(new Item("a", null, i));
        }
        postgres.store().tidy();

        watched.catchUp(stream(afterFirst));
        assertThat(watched.events()).hasSize(3).allMatch(event -> event.startsWith("changed"));
        watched.catchUp(stream(beginning));
        assertThat(watched.events().subList(3, 6))
                .containsExactly(
                        "reset {\"reason\":\"The changes since then are not kept any more\"}",
                        "row {\"id\":\"a\",\"status\":null,\"quantity\":4}",
                        "complete {}");

        Fixture.sql(
                SETTINGS, "update \"" + app + "\".diptych_changes set at = at - interval '2 hours' where number < 4");
        postgres.store().tidy();
        assertThat(sql("select string_agg(number::text, ' ') from %s.diptych_changes"))
                .isEqualTo("4");
        assertThat(first(afterFirst)).startsWith("reset");
    }

    @Test
    void an_id_of_another_log_begins_anew() throws Exception {
        put(new Item("a", null, 1));
        String id = Watched.id(postgres, "items");
        reopen(plain);
        assertThatThrownBy(() -> stream(null).next(Duration.ZERO))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().type().slug()).isEqualTo("not-watched"))
                .hasMessageContainingAll("[items]", ".withChangeLog(");
        put(new Item("a", null, 2));
        reopen(items);
        put(new Item("a", null, 3));

        assertThat(first(id)).startsWith("reset");
        assertThat(first("x-1")).startsWith("reset");
        assertThat(first(id.replaceAll("-.*", "-99"))).startsWith("reset");
        assertThat(sql("select string_agg(number || ':' || (after ->> 'quantity'), ' ' order by number)"
                        + " from %s.diptych_changes"))
                .isEqualTo("1:1 2:3");
    }

    @Test
    void what_is_refused_or_waits_is_no_change_until_it_is_applied() throws Exception {
        var sums = new Sums();
        var model = sums.model.withChangeLog(ChangeLog.DEFAULT);
        String name = Fixture.freshName();
        var log = new Sums.Log();
        List.of("a=1", "b=1", "a=2", "b=1000000", "c=7").forEach(log::add);
        sums.broken.add("a=2");
        try (var own = Fixture.open(Fixture.app(name, model), SETTINGS)) {
            Fixture.sql(SETTINGS, "alter table \"" + name + "\".sums_g1 add constraint small check (total < 1000)");
            try (RowStream stream = own.queries().stream("sums", null, List.of(), null)) {
                watched.await(stream, 1);
                sums.apply(own.store().rows(model, 1), log, 10);
                watched.await(stream, 4);
                assertThat(watched.events())
                        .filteredOn(event -> event.startsWith("changed"))
                        .hasSize(3);
                assertThat(watched.rows().get("a")).contains("\"total\":1,");
                assertThat(watched.rows().get("b")).contains("\"total\":1,");

                sums.broken.clear();
                var next = CompletableFuture.supplyAsync(() -> next(stream), threads);
                own.deadLetters(sums.codecs()).retry("sums", "a", true);
                own.deadLetters(sums.codecs()).retry("sums", "a", false);
                watched.take(next.get(10, TimeUnit.SECONDS));
            }
        }

        assertThat(watched.events()).hasSize(5);
        assertThat(watched.rows().get("a")).contains("\"total\":33,");
    }

    @Test
    void a_node_whose_app_does_not_say_so_records_changes_all_the_same() throws Exception {
        try (var older = Postgres.open(
                Fixture.app(app, plain), SETTINGS, new io.diptych.projection.internal.LogEnds(), Fixture.JSON)) {
            Fixture.put(older.store().rows(plain, 1), Item::id, new Item("a", null, 1));
        }
        assertThat(sql("select count(*) from %s.diptych_changes")).isEqualTo("1");
    }

    @Test
    void a_read_model_without_a_log_records_nothing() throws Exception {
        reopen(plain);
        put(new Item("a", null, 1));
        assertThat(sql("select count(*) from %s.diptych_changes")).isEqualTo("0");
    }

    @Test
    void an_unknown_field_or_a_value_of_another_kind_is_refused() {
        assertThatThrownBy(() -> postgres.queries().stream("items", null, List.of(Filter.equal("colour", "red")), null))
                .isInstanceOf(ProblemException.class)
                .hasMessageContainingAll("[colour]", "[id, status, quantity]");
        assertThatThrownBy(() -> postgres.queries().stream("itms", null, List.of(), null))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("[itms]");
    }

    @Test
    void a_stream_that_is_closed_ends_at_once() throws Exception {
        RowStream stream = stream(null);
        watched.await(stream, 1);
        var next = CompletableFuture.supplyAsync(() -> next(stream), threads);
        stream.close();

        assertThat(next.get(5, TimeUnit.SECONDS).events()).isEmpty();
    }

    private String first(@Nullable String lastId) throws InterruptedException {
        try (RowStream stream = stream(lastId)) {
            var one = new Watched("id");
            one.take(stream.next(Duration.ZERO));
            return one.events().getFirst();
        }
    }

    private RowStream stream(@Nullable String lastId) {
        return postgres.queries().stream("items", null, List.of(), lastId);
    }

    private void put(Item... rows) {
        Fixture.put(store, Item::id, rows);
    }

    private void delete(String id) {
        long from = Fixture.position(store, 0);
        var gone = new HashMap<Object, @Nullable Item>();
        gone.put(id, null);
        Fixture.apply(store, Map.of(0, new Move(from, from + 1)), java.util.Set.of(id), stored -> gone);
    }

    private static String json(String id, String status, int quantity) {
        return "{\"id\":\"" + id + "\",\"status\":\"" + status + "\",\"quantity\":" + quantity + "}";
    }

    /** The rows of a generation by key. */
    private Map<String, String> table(int generation) throws Exception {
        var rows = new TreeMap<String, String>();
        for (String row : Fixture.sql(
                SETTINGS,
                "select id || '|' || '{\"id\":\"' || id || '\",\"status\":' || coalesce('\"' || status || '\"', 'null')"
                        + " || ',\"quantity\":' || quantity || '}' from \"" + app + "\".items_g" + generation)) {
            rows.put(row.substring(0, row.indexOf('|')), row.substring(row.indexOf('|') + 1));
        }
        return rows;
    }

    private @Nullable String sql(String sql) throws Exception {
        return Fixture.sql(SETTINGS, sql.formatted("\"" + app + "\"")).getFirst();
    }

    private void reopen(ReadModel<String, Item> model) {
        postgres.close();
        postgres = Fixture.open(Fixture.app(app, model), SETTINGS);
        store = postgres.store().rows(model, 1);
    }
}
