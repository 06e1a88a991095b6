package io.diptych.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diptych.message.NewRecord;
import io.diptych.postgres.Fixture.Item;
import io.diptych.projection.ChangeLog;
import io.diptych.projection.Generation;
import io.diptych.projection.ReadModel;
import io.diptych.projection.ReadModelQueries.Freshness;
import io.diptych.projection.internal.RowStore;
import io.diptych.projection.internal.RowStore.Move;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What leaves for the topic of changes, and in which order. */
class TopicOfChangesTest {

    private static final PostgresSettings SETTINGS = TestDatabase.settings();

    private final String app = Fixture.freshName();
    private final ReadModel<String, Item> plain = Fixture.model("items", Item.class);
    private final ReadModel<String, Item> items = plain.withChangeLog(ChangeLog.DEFAULT.publishing());
    private final List<String> records = new ArrayList<>();
    private final Map<String, String> topic = new TreeMap<>();
    private Postgres postgres = Fixture.open(Fixture.app(app, items), SETTINGS);
    private RowStore<Item> store = postgres.store().rows(items, 1);

    @AfterEach
    void close() {
        postgres.close();
    }

    @Test
    void each_change_leaves_in_the_order_of_the_commits_and_a_deleted_row_as_a_tombstone() throws Exception {
        drain();
        put(new Item("b", "NEW", 1), new Item("a", null, 2));
        put(new Item("b", "PAID", 1));
        delete("a");
        drain();

        assertThat(records)
                .containsExactly(
                        "a {\"id\":\"a\",\"status\":null,\"quantity\":2}",
                        "b " + json("b", "NEW", 1),
                        "b " + json("b", "PAID", 1),
                        "a null");
        assertThat(topic.get("b"))
                .isEqualTo(Fixture.JSON.write(Objects.requireNonNull(
                        postgres.queries().find("items", "b", Freshness.NONE).fields())));
    }

    @Test
    void what_is_rolled_back_does_not_leave() {
        put(new Item("a", null, 1));
        assertThatThrownBy(() -> Fixture.apply(
                        store, Map.of(0, new Move(0, 5)), Set.of("a"), stored -> Map.of("a", new Item("a", null, 9))))
                .isInstanceOf(RowStore.PositionMovedException.class);
        drain();

        assertThat(records).noneMatch(record -> record.contains("9"));
    }

    @Test
    void when_other_rows_come_to_serve_all_of_them_leave_and_a_tombstone_for_each_key_that_is_gone() throws Exception {
        put(rows(1_200, "OLD"));
        drain();
        Generation filling = postgres.generations().rebuild("items", false);
        RowStore<Item> fresh = postgres.store().rows(items, 2);
        long end = Fixture.position(store, 0);
        var anew = new HashMap<Object, @Nullable Item>();
        for (Item row : rows(700, "NEW")) {
            anew.put(row.id(), row);
        }
        Fixture.apply(fresh, Map.of(0, new Move(0, end)), anew.keySet(), stored -> anew);
        drain();
        assertThat(topic).hasSize(1_200).doesNotContainValue(json("i1", "NEW", 1));

        assertThat(postgres.store().takeOver(filling)).isTrue();
        drain();

        assertThat(topic).hasSize(700).isEqualTo(table(2));
        assertThat(sql("select count(*) from %s.diptych_published_keys")).isEqualTo("700");
    }

    @Test
    void keys_that_are_gone_get_their_tombstones_even_if_a_copy_was_never_finished() throws Exception {
        put(new Item("a", null, 1), new Item("b", null, 1));
        drain();
        RowStore<Item> second = replace(2, new Item("b", null, 2), new Item("c", null, 2));
        Fixture.put(second, Item::id, new Item("c", null, 3));
        portion(1);
        replace(3, new Item("d", null, 1));
        drain();

        assertThat(topic).isEqualTo(table(3)).containsOnlyKeys("d");
    }

    /** A generation with these rows, which serves. */
    private RowStore<Item> replace(int number, Item... rows) {
        long end = number * 100L;
        Generation filling = postgres.generations().rebuild("items", false);
        RowStore<Item> fresh = postgres.store().rows(items, number);
        var anew = new HashMap<Object, @Nullable Item>();
        for (Item row : rows) {
            anew.put(row.id(), row);
        }
        Fixture.apply(fresh, Map.of(0, new Move(0, end)), anew.keySet(), stored -> anew);
        assertThat(postgres.store().takeOver(filling)).isTrue();
        return fresh;
    }

    @Test
    void when_publishing_is_turned_on_all_rows_leave_also_after_a_crash_in_the_middle() throws Exception {
        reopen(plain);
        put(rows(1_200, "OLD"));
        drain();
        assertThat(records).isEmpty();

        reopen(items);
        portion(1_000);
        portion(1_000);
        assertThat(topic.size()).isBetween(1, 1_199);
        assertThatThrownBy(() -> postgres.outbox().send(1_000, batch -> {
                    throw new IllegalStateException("Kafka is away");
                }))
                .hasMessage("Kafka is away");
        reopen(items);
        drain();

        assertThat(topic).isEqualTo(table(1)).hasSize(1_200);
        assertThat(records).as("each row once").hasSize(1_200);
    }

    @Test
    void what_was_deleted_while_nothing_was_published_is_gone_when_it_is_again() throws Exception {
        put(new Item("a", null, 1), new Item("b", null, 1));
        drain();
        reopen(plain);
        delete("a");
        put(new Item("b", null, 2), new Item("c", null, 2));
        reopen(items);
        drain();

        assertThat(topic).isEqualTo(table(1)).containsOnlyKeys("b", "c");
    }

    @Test
    void whatever_changes_while_rows_are_copied_the_topic_ends_as_the_table_is() throws Exception {
        reopen(plain);
        put(rows(2_000, "OLD"));
        reopen(items);
        var writing = CompletableFuture.runAsync(() -> {
            var random = new Random(5);
            for (int i = 0; i < 200; i++) {
                String id = "i" + random.nextInt(2_200);
                if (random.nextInt(3) == 0) {
                    delete(id);
                } else {
                    put(new Item(id, "CHANGED", i));
                }
            }
        });
        while (!writing.isDone()) {
            portion(100);
        }
        writing.get(10, TimeUnit.SECONDS);
        drain();

        assertThat(topic).isEqualTo(table(1));
        assertThat(sql("select count(*) from %s.diptych_published_keys")).isEqualTo(Integer.toString(topic.size()));
    }

    private boolean portion(int limit) {
        return postgres.outbox().send(limit, batch -> {
                    for (NewRecord record : batch) {
                        assertThat(record.topic()).isEqualTo(app + ".items.changes");
                        assertThat(record.headers()).isEmpty();
                        take(text(record.key()), text(record.value()));
                    }
                })
                > 0;
    }

    private void take(@Nullable String key, @Nullable String value) {
        records.add(key + " " + value);
        if (value == null) {
            topic.remove(key);
        } else {
            topic.put(String.valueOf(key), value);
        }
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private void drain() {
        for (int i = 0; portion(1_000); i++) {
            assertThat(i).isLessThan(1_000);
        }
    }

    private static Item[] rows(int count, String status) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Item("i" + i, status, i))
                .toArray(Item[]::new);
    }

    private void put(Item... rows) {
        Fixture.put(store, Item::id, rows);
    }

    private void delete(String id) {
        long from = Fixture.position(store, 0);
        var gone = new HashMap<Object, @Nullable Item>();
        gone.put(id, null);
        Fixture.apply(store, Map.of(0, new Move(from, from + 1)), Set.of(id), stored -> gone);
    }

    private static String json(String id, String status, int quantity) {
        return "{\"id\":\"" + id + "\",\"status\":\"" + status + "\",\"quantity\":" + quantity + "}";
    }

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
