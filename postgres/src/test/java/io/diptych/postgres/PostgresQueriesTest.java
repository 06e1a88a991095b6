package io.diptych.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.postgres.Fixture.Item;
import io.diptych.projection.Filter;
import io.diptych.projection.Indexed;
import io.diptych.projection.Key;
import io.diptych.projection.ReadModel;
import io.diptych.projection.ReadModelQueries.Freshness;
import io.diptych.projection.ReadModelQueries.ListQuery;
import io.diptych.projection.ReadModelQueries.Page;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresQueriesTest {

    record Sale(
            @Key String id,
            @Indexed @Nullable String shop,
            int units,
            @Nullable BigDecimal unitPrice) {}

    private static final String NAME = "sales";

    private final String app = Fixture.freshName();
    private final ReadModel<String, Sale> sales = Fixture.model(NAME, Sale.class);
    private final Postgres postgres =
            Postgres.open(Fixture.app(app, sales, Fixture.model("items", Item.class)), TestDatabase.settings());

    @BeforeEach
    void makeTables() {
        postgres.ensureSchema();
    }

    @AfterEach
    void close() {
        postgres.close();
    }

    @Test
    void paging_visits_every_row_once_and_in_order_whatever_the_order() {
        for (int seed = 0; seed < 40; seed++) {
            var random = new Random(seed);
            List<Sale> rows = sales(random, random.nextInt(60));
            replaceAll(rows, seed);
            List<String> sort = sort(random);
            int limit = 1 + random.nextInt(7);

            List<String> visited = pages(sort, limit);

            assertThat(visited)
                    .as("seed %d sort %s limit %d", seed, sort, limit)
                    .containsExactlyElementsOf(
                            rows.stream().sorted(order(sort)).map(Sale::id).toList());
        }
    }

    @Test
    void filters_sort_limit_and_count_go_together() {
        put(sale("a", "x", 1), sale("b", "x", 3), sale("c", "y", 2), sale("d", "x", 2));

        Page page = list(Map.of("shop", "x"), List.of("-units"), 2, null, true);

        assertThat(ids(page)).containsExactly("b", "d");
        assertThat(page.count()).isEqualTo(3);
        Page next = list(Map.of("shop", "x"), List.of("-units"), 2, page.cursor(), true);
        assertThat(ids(next)).containsExactly("a");
        assertThat(next.count()).isEqualTo(3);
        assertThat(next.cursor()).isNull();
    }

    @Test
    void a_page_that_ends_with_the_last_row_has_no_cursor() {
        put(sale("a", "x", 1), sale("b", "x", 3));

        assertThat(list(Map.of(), List.of(), 2, null, false).cursor()).isNull();
        assertThat(list(Map.of(), List.of(), 1, null, false).cursor()).isNotNull();
    }

    @Test
    void fields_may_be_spelled_either_way() {
        put(sale("a", "x", 1), new Sale("b", "x", 3, new BigDecimal("9.50")));

        for (String field : List.of("unitPrice", "unit_price")) {
            assertThat(ids(list(Map.of(field, "9.5"), List.of("-" + field), 10, null, false)))
                    .containsExactly("b");
        }
    }

    @Test
    void hostile_names_and_values_are_data() {
        String hostile = "x'; drop table \"sales\"; -- ? $1 \\";
        put(sale(hostile, hostile, 1), sale("b", "x", 2));

        assertThat(postgres.queries().find(NAME, hostile, Freshness.NONE).fields())
                .containsEntry("shop", hostile);
        assertThat(ids(list(Map.of("shop", hostile), List.of(), 10, null, false)))
                .containsExactly(hostile);
        assertThat(ids(list(Map.of("shop", "x".repeat(1_000_000)), List.of(), 10, null, false)))
                .isEmpty();
        assertInvalid(() -> list(Map.of("shop\" = 'x' or \"shop", "x"), List.of(), 10, null, false), "shop");
        assertInvalid(() -> list(Map.of(), List.of("units; drop table sales"), 10, null, false), "units");
        assertInvalid(() -> list(Map.of("shop", "nul \0"), List.of(), 10, null, false), "shop");
        assertInvalid(() -> list(Map.of("shop", "half \uD83D"), List.of(), 10, null, false), "shop");
        assertInvalid(
                () -> postgres.queries().find(NAME, "nul \0", Freshness.NONE).fields(), "id");
    }

    @Test
    void what_is_wrong_with_a_query_is_said_by_name() {
        put(sale("a", "x", 1), sale("b", "y", 2));

        assertInvalid(() -> list(Map.of("colour", "x"), List.of(), 10, null, false), "colour", "unitPrice");
        assertInvalid(() -> list(Map.of(), List.of("-colour"), 10, null, false), "colour", "unitPrice");
        assertInvalid(() -> list(Map.of(), List.of("units", "-units"), 10, null, false), "units");
        assertInvalid(() -> list(Map.of("units", "many"), List.of(), 10, null, false), "units", "many", "whole number");
        assertInvalid(() -> list(Map.of("unitPrice", "1e999999999"), List.of(), 10, null, false), "numeric");
        assertInvalid(() -> list(Map.of(), List.of(), 0, null, false), "[0]", "1000");
        assertInvalid(() -> list(Map.of(), List.of(), 1001, null, false), "[1001]");
        assertThatThrownBy(() ->
                        postgres.queries().find("orders", "a", Freshness.NONE).fields())
                .isInstanceOfSatisfying(ProblemException.class, e -> {
                    assertThat(e.problem().type()).isEqualTo(Problem.Type.UNKNOWN_READ_MODEL);
                    assertThat(e.problem().detail()).contains("orders", "sales", "items");
                });
    }

    @Test
    void a_cursor_serves_only_the_order_it_came_from() {
        put(sale("a", "x", 1), sale("b", "y", 2), sale("c", "y", 3));
        String cursor = list(Map.of(), List.of("units"), 1, null, false).cursor();
        assertThat(cursor).isNotNull();

        assertInvalid(() -> list(Map.of(), List.of("-units"), 1, cursor, false), "cursor");
        assertInvalid(() -> list(Map.of(), List.of(), 1, cursor, false), "cursor");
        assertInvalid(
                () -> postgres.queries()
                        .list("items", new ListQuery(List.of(), List.of(), 1, cursor, false), Freshness.NONE),
                "cursor");
    }

    @Test
    void a_damaged_cursor_is_refused_and_never_more_than_that() {
        put(sale("a", "x", 1), sale("b", "y", 2), sale("c", "y", 3));
        String cursor = list(Map.of(), List.of("units"), 1, null, false).cursor();
        assertThat(cursor).isNotNull();
        var random = new Random(7);
        var damaged = new ArrayList<>(List.of("", "x", "....", "AAAA", "_____w", "'; drop table sales; --"));
        for (int i = 0; i < 200; i++) {
            var changed = new StringBuilder(cursor);
            changed.setCharAt(random.nextInt(cursor.length()), (char) (33 + random.nextInt(94)));
            damaged.add(changed.toString());
            damaged.add(cursor.substring(0, random.nextInt(cursor.length())));
        }

        for (String text : damaged) {
            ProblemException thrown = catchThrowableOfType(
                    ProblemException.class, () -> list(Map.of(), List.of("units"), 1, text, false));
            if (thrown != null) {
                assertThat(thrown.problem().type()).as(text).isEqualTo(Problem.Type.INVALID_QUERY);
            }
        }
    }

    @Test
    void before_the_tables_are_made_a_query_says_so() {
        try (var early = Postgres.open(Fixture.app(Fixture.freshName(), sales), TestDatabase.settings())) {
            assertThat(early.ready()).isFalse();
            assertThatThrownBy(() ->
                            early.queries().find(NAME, "a", Freshness.NONE).fields())
                    .isInstanceOfSatisfying(
                            ProblemException.class,
                            e -> assertThat(e.problem().type()).isEqualTo(Problem.Type.UNAVAILABLE))
                    .hasMessageContaining("tables");
        }
        assertThat(postgres.ready()).isTrue();
    }

    private static List<Sale> sales(Random random, int count) {
        return Stream.generate(() -> 0)
                .limit(count)
                .map(ignored -> new Sale(
                        Integer.toString(random.nextInt(100_000), 36) + random.nextInt(10),
                        random.nextInt(3) == 0 ? null : "shop-" + random.nextInt(3),
                        random.nextInt(4),
                        random.nextInt(3) == 0 ? null : BigDecimal.valueOf(random.nextInt(5), 1)))
                .collect(java.util.stream.Collectors.toMap(Sale::id, s -> s, (a, b) -> a, java.util.LinkedHashMap::new))
                .values()
                .stream()
                .toList();
    }

    private static List<String> sort(Random random) {
        var fields = new ArrayList<>(List.of("shop", "units", "unitPrice", "id"));
        java.util.Collections.shuffle(fields, random);
        return fields.subList(0, random.nextInt(4)).stream()
                .map(field -> (random.nextBoolean() ? "-" : "") + field)
                .toList();
    }

    private static Comparator<Sale> order(List<String> sort) {
        Comparator<Sale> order = (a, b) -> 0;
        for (String field : sort) {
            boolean descending = field.startsWith("-");
            Comparator<Sale> one = byField(descending ? field.substring(1) : field);
            order = order.thenComparing(descending ? one.reversed() : one);
        }
        boolean descending = !sort.isEmpty() && sort.getFirst().startsWith("-");
        return order.thenComparing(descending ? byField("id").reversed() : byField("id"));
    }

    private static Comparator<Sale> byField(String field) {
        return switch (field) {
            case "shop" -> Comparator.comparing(Sale::shop, Comparator.nullsLast(Comparator.<String>naturalOrder()));
            case "units" -> Comparator.comparing(Sale::units);
            case "unitPrice" ->
                Comparator.comparing(Sale::unitPrice, Comparator.nullsLast(Comparator.<BigDecimal>naturalOrder()));
            default -> Comparator.comparing(Sale::id);
        };
    }

    private List<String> pages(List<String> sort, int limit) {
        var visited = new ArrayList<String>();
        String cursor = null;
        do {
            Page page = list(Map.of(), sort, limit, cursor, false);
            visited.addAll(ids(page));
            cursor = page.cursor();
        } while (cursor != null && visited.size() <= 1000);
        return visited;
    }

    private void replaceAll(List<Sale> rows, int seed) {
        try {
            Fixture.sql(TestDatabase.settings(), "truncate " + Names.qualified(app, Names.table(NAME, 1)));
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException("seed " + seed, e);
        }
        assertThat(new HashSet<>(rows)).hasSameSizeAs(rows);
        Fixture.put(postgres.store().rows(sales, 1), Sale::id, rows);
    }

    private void put(Sale... rows) {
        Fixture.put(postgres.store().rows(sales, 1), Sale::id, List.of(rows));
    }

    private static Sale sale(String id, String shop, int units) {
        return new Sale(id, shop, units, null);
    }

    private Page list(
            Map<String, String> filters, List<String> sort, int limit, @Nullable String cursor, boolean count) {
        List<Filter> equal = filters.entrySet().stream()
                .map(filter -> Filter.equal(filter.getKey(), filter.getValue()))
                .toList();
        return postgres.queries().list(NAME, new ListQuery(equal, sort, limit, cursor, count), Freshness.NONE);
    }

    private static List<String> ids(Page page) {
        return page.rows().stream().map(row -> String.valueOf(row.get("id"))).toList();
    }

    private static void assertInvalid(ThrowingCallable query, String... parts) {
        assertThatThrownBy(query)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().type()).isEqualTo(Problem.Type.INVALID_QUERY))
                .hasMessageContainingAll(parts);
    }
}
