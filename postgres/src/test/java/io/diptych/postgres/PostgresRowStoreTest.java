package io.diptych.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diptych.postgres.Fixture.Item;
import io.diptych.projection.ReadModel;
import io.diptych.projection.ReadModelQueries.Freshness;
import io.diptych.projection.internal.RowStore;
import io.diptych.projection.internal.RowStore.Move;
import io.diptych.projection.internal.RowStore.PositionMovedException;
import io.diptych.projection.internal.RowStore.RowRefusedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresRowStoreTest {

    private static final String ITEMS = "items";

    private final String app = Fixture.freshName();
    private final ReadModel<String, Item> items = Fixture.model(ITEMS, Item.class);
    private final Postgres postgres = Postgres.open(Fixture.app(app, items), TestDatabase.settings());
    private final RowStore<Item> store = postgres.store().rows(items, 1);

    @BeforeEach
    void makeTables() {
        postgres.ensureSchema();
    }

    @AfterEach
    void close() {
        postgres.close();
    }

    @Test
    void a_row_that_was_folded_is_found_by_its_key() {
        Fixture.put(store, Item::id, new Item("a", null, 3));

        assertThat(find("a")).containsExactly(Map.entry("id", "a"), nullEntry("status"), Map.entry("quantity", 3));
        assertThat(find("b")).isNull();
        assertThat(store.positions(Set.of(0, 1))).containsExactlyInAnyOrderEntriesOf(Map.of(0, 1L, 1, 0L));
    }

    @Test
    void a_fold_sees_the_rows_of_the_batch_before() {
        Fixture.put(store, Item::id, new Item("a", "new", 3));

        add(store, 0, new Move(1, 2), false, "a", 4);

        assertThat(find("a")).containsEntry("quantity", 7).containsEntry("status", "new");
    }

    @Test
    void a_fold_that_gives_null_deletes_the_row() {
        Fixture.put(store, Item::id, new Item("a", "new", 3), new Item("b", "new", 4));

        Fixture.apply(store, Map.of(0, new Move(1, 2)), Set.of("a", "c"), stored -> {
            var rows = new HashMap<Object, @Nullable Item>();
            rows.put("a", null);
            rows.put("c", null);
            return rows;
        });

        assertThat(find("a")).isNull();
        assertThat(find("b")).isNotNull();
    }

    @Test
    void a_fold_that_throws_changes_neither_rows_nor_positions() {
        Fixture.put(store, Item::id, new Item("a", "new", 3));

        assertThatThrownBy(() -> Fixture.apply(store, Map.of(0, new Move(1, 5)), Set.of("a"), stored -> {
                    throw new IllegalStateException("poison");
                }))
                .hasMessage("poison");

        assertThat(find("a")).containsEntry("quantity", 3);
        assertThat(Fixture.position(store, 0)).isEqualTo(1);
    }

    @Test
    void a_row_that_is_refused_takes_the_positions_back() {
        assertThatThrownBy(() -> Fixture.put(store, Item::id, new Item("a", "nul \0", 3)))
                .isInstanceOf(RowRefusedException.class)
                .hasMessageContaining(ITEMS);

        assertThat(Fixture.position(store, 0)).isZero();
    }

    @Test
    void the_batch_of_an_owner_that_was_replaced_changes_nothing() {
        Fixture.put(store, Item::id, new Item("a", "new", 3));
        add(store, 0, new Move(1, 2), false, "a", 1);

        assertThatThrownBy(() -> add(store, 0, new Move(1, 2), true, "a", 100))
                .isInstanceOf(PositionMovedException.class)
                .hasMessageContaining(ITEMS);
        assertThatThrownBy(() -> add(store, 0, new Move(0, 2), true, "a", 100))
                .isInstanceOf(PositionMovedException.class);

        assertThat(find("a")).containsEntry("quantity", 4);
        assertThat(Fixture.position(store, 0)).isEqualTo(2);
    }

    @Test
    void one_moved_position_of_several_stops_the_whole_batch() {
        Fixture.apply(store, Map.of(0, new Move(0, 1), 1, new Move(0, 1)), Set.of(), stored -> Map.of());

        assertThatThrownBy(() -> Fixture.apply(
                        store, Map.of(0, new Move(1, 2), 1, new Move(0, 2)), Set.of(), stored -> Map.of()))
                .isInstanceOf(PositionMovedException.class);

        assertThat(Fixture.position(store, 0)).isEqualTo(1);
    }

    @Test
    void of_two_owners_that_race_one_applies_each_event() throws Exception {
        int rounds = 60;
        Fixture.put(store, Item::id, new Item("a", null, 0));

        List<Integer> applied = together(2, owner -> {
            int mine = 0;
            for (long position = 1; position <= rounds; ) {
                try {
                    add(store, 0, new Move(position, position + 1), true, "a", 1);
                    mine++;
                    position++;
                } catch (PositionMovedException e) {
                    position = Fixture.position(store, 0);
                }
            }
            return mine;
        });

        assertThat(applied.stream().mapToInt(Integer::intValue).sum()).isEqualTo(rounds);
        assertThat(find("a")).containsEntry("quantity", rounds);
    }

    @Test
    void partitions_that_share_a_row_lose_no_update() throws Exception {
        int rounds = 100;

        together(4, partition -> {
            for (int i = 0; i < rounds; i++) {
                add(store, partition, new Move(i, i + 1), false, "shared", 1);
            }
            return rounds;
        });

        assertThat(find("shared")).containsEntry("quantity", 4 * rounds);
    }

    @Test
    void partitions_with_rows_of_their_own_are_folded_side_by_side() throws Exception {
        var bothFolding = new CyclicBarrier(2);

        together(2, partition -> {
            String key = "own-" + partition;
            Fixture.apply(store, Map.of(partition, new Move(0, 1)), Set.of(key), stored -> {
                await(bothFolding);
                return Map.of(key, new Item(key, null, 1));
            });
            return partition;
        });

        assertThat(find("own-0")).isNotNull();
        assertThat(find("own-1")).isNotNull();
    }

    @Test
    void a_batch_of_20_000_rows_is_applied_at_once() {
        var rows = new ArrayList<Item>();
        for (int i = 0; i < 20_000; i++) {
            rows.add(new Item("item-" + i, i % 2 == 0 ? "even" : null, i));
        }
        Fixture.put(store, Item::id, rows);

        var keys = new HashSet<Object>();
        rows.forEach(row -> keys.add(row.id()));
        Fixture.apply(store, Map.of(0, new Move(1, 20_001)), keys, stored -> {
            assertThat(stored).hasSize(20_000);
            var folded = new HashMap<Object, @Nullable Item>();
            stored.forEach((key, row) -> folded.put(key, new Item(row.id(), row.status(), row.quantity() + 1)));
            return folded;
        });

        assertThat(find("item-19999")).containsEntry("quantity", 20_000);
    }

    private @Nullable Map<String, @Nullable Object> find(String key) {
        return postgres.queries().find(ITEMS, key, Freshness.NONE).fields();
    }

    private static void add(
            RowStore<Item> store, int partition, Move move, boolean ownRowsOnly, String key, int quantity) {
        Fixture.apply(store, Map.of(partition, move), Set.of(key), ownRowsOnly, stored -> {
            Item before = stored.get(key);
            return Map.of(
                    key,
                    before == null
                            ? new Item(key, null, quantity)
                            : new Item(key, before.status(), before.quantity() + quantity));
        });
    }

    private static Map.Entry<String, @Nullable Object> nullEntry(String key) {
        return new java.util.AbstractMap.SimpleEntry<>(key, null);
    }

    private interface Work {
        int run(int index) throws Exception;
    }

    private static List<Integer> together(int threads, Work work) throws Exception {
        try (var executor = Executors.newFixedThreadPool(threads)) {
            var tasks = new ArrayList<Callable<Integer>>();
            for (int i = 0; i < threads; i++) {
                int index = i;
                tasks.add(() -> work.run(index));
            }
            var results = new ArrayList<Integer>();
            for (Future<Integer> future : executor.invokeAll(tasks, 60, TimeUnit.SECONDS)) {
                results.add(future.get());
            }
            return results;
        }
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("The other batch did not run at the same time", e);
        }
    }
}
