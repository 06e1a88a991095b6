package io.diptych.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diptych.message.ConsistencyToken;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.postgres.Fixture.Item;
import io.diptych.projection.Generation;
import io.diptych.projection.Key;
import io.diptych.projection.ReadModel;
import io.diptych.projection.ReadModelQueries.Freshness;
import io.diptych.projection.ReadModelQueries.Row;
import io.diptych.projection.internal.RowStore;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lookups by key of many callers at once, which go together in statements. */
class LookupsTest {

    record Day(@Key LocalDate date, int sales) {}

    private static final int CALLERS = 64;
    private static final LocalDate FIRST = LocalDate.of(2026, 1, 1);

    private final String app = Fixture.freshName();
    private final ReadModel<String, Item> items = Fixture.model("items", Item.class);
    private final ReadModel<String, Day> days = Fixture.model("days", Day.class);
    private final Postgres postgres = Postgres.open(Fixture.app(app, items, days), TestDatabase.settings());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @BeforeEach
    void makeTables() {
        postgres.ensureSchema();
    }

    @AfterEach
    void close() {
        postgres.close();
        threads.shutdownNow();
    }

    @Test
    void lookups_at_once_each_get_their_own_row_or_none() throws Exception {
        Fixture.put(
                postgres.store().rows(items, 1),
                Item::id,
                IntStream.range(0, 500)
                        .mapToObj(i -> new Item("i" + i, null, i))
                        .toList());

        callers(caller -> {
            for (int i = caller; i < 1000; i += 7) {
                Map<String, @Nullable Object> row =
                        find("i" + i, Freshness.NONE).fields();
                if (i < 500) {
                    assertThat(row).containsEntry("id", "i" + i).containsEntry("quantity", i);
                } else {
                    assertThat(row).isNull();
                }
            }
        });
    }

    @Test
    void a_key_that_the_database_refuses_fails_for_its_caller_alone() throws Exception {
        Fixture.put(
                postgres.store().rows(days, 1),
                Day::date,
                IntStream.range(0, 20)
                        .mapToObj(i -> new Day(FIRST.plusDays(i), i))
                        .toList());

        callers(caller -> {
            for (int i = 0; i < 20; i++) {
                String day = FIRST.plusDays(i).toString();
                if (caller % 8 == 0) {
                    assertInvalid("+999999999-12-31"); // a date to Java, not to PostgreSQL
                    assertInvalid("yesterday");
                } else {
                    assertThat(postgres.queries()
                                    .find("days", day, Freshness.NONE)
                                    .fields())
                            .containsEntry("sales", i);
                }
            }
        });
    }

    @Test
    void a_caller_that_is_interrupted_fails_alone() throws Exception {
        Fixture.put(postgres.store().rows(items, 1), Item::id, new Item("a", null, 1));

        callers(caller -> {
            for (int i = 0; i < 50; i++) {
                if (caller % 8 == 0) {
                    Thread.currentThread().interrupt();
                    try {
                        assertThat(find("a", Freshness.NONE).fields()).containsEntry("quantity", 1);
                    } catch (ProblemException e) {
                        assertThat(e.problem().type()).isEqualTo(Problem.Type.UNAVAILABLE);
                    }
                    boolean unused = Thread.interrupted();
                } else {
                    assertThat(find("a", Freshness.NONE).fields()).containsEntry("quantity", 1);
                }
            }
        });
    }

    @Test
    void no_lookup_gets_an_older_row_than_its_token_or_than_was_committed_before_it() throws Exception {
        RowStore<Item> store = postgres.store().rows(items, 1);
        Fixture.put(store, Item::id, new Item("a", null, 0));
        var committed = new AtomicInteger();
        Future<?> writer = threads.submit(() -> {
            for (int i = 1; i < 300; i++) {
                Fixture.put(store, Item::id, new Item("a", null, i));
                committed.set(i);
            }
        });

        callers(caller -> {
            // Even callers ask right after a commit; odd ones for what is yet to come.
            while (!writer.isDone()) {
                int before = committed.get();
                int asked = caller % 2 == 0 ? before : Math.min(before + 1, 299);
                var token = ConsistencyToken.of("item", 0, asked);
                var freshness = caller % 4 == 0 ? Freshness.NONE : new Freshness(token, Duration.ofSeconds(20));
                Row row = find("a", freshness);
                assertThat(quantity(row)).isGreaterThanOrEqualTo(caller % 4 == 0 ? before : asked);
                assertThat(row.seen().token()).isEqualTo(ConsistencyToken.of("item", 0, quantity(row)));
            }
        });
        writer.get(20, TimeUnit.SECONDS);
    }

    @Test
    void no_caller_sees_an_older_row_after_generations_changed_places() throws Exception {
        int steps = 200;
        RowStore<Item> old = postgres.store().rows(items, 1);
        Fixture.put(old, Item::id, new Item("a", null, 0));
        Generation filling = postgres.generations().rebuild("items", true);
        RowStore<Item> fresh = postgres.store().rows(items, filling.number());
        var work = new ArrayList<Future<?>>();
        work.add(threads.submit(() -> count(old, 1, steps)));
        work.add(threads.submit(() -> count(fresh, 0, steps)));
        work.add(threads.submit(() -> {
            while (!postgres.store().takeOver(filling)) {
                Thread.onSpinWait();
            }
        }));

        callers(caller -> {
            int seen = 0;
            while (seen < steps) {
                int now = quantity(find("a", Freshness.NONE));
                assertThat(now).isGreaterThanOrEqualTo(seen);
                seen = now;
            }
        });
        for (Future<?> one : work) {
            one.get(20, TimeUnit.SECONDS);
        }
    }

    private static void count(RowStore<Item> store, int from, int to) {
        for (int i = from; i <= to; i++) {
            Fixture.put(store, Item::id, new Item("a", null, i));
        }
    }

    private void callers(IntConsumer caller) throws Exception {
        var all = new ArrayList<Future<?>>();
        for (int i = 0; i < CALLERS; i++) {
            int number = i;
            all.add(threads.submit(() -> caller.accept(number)));
        }
        for (Future<?> one : all) {
            one.get(60, TimeUnit.SECONDS);
        }
    }

    private Row find(String key, Freshness freshness) {
        return postgres.queries().find("items", key, freshness);
    }

    private static int quantity(Row row) {
        return (int) Objects.requireNonNull(Objects.requireNonNull(row.fields()).get("quantity"));
    }

    private void assertInvalid(String date) {
        assertThatThrownBy(() -> postgres.queries().find("days", date, Freshness.NONE))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().type()).isEqualTo(Problem.Type.INVALID_QUERY));
    }
}
