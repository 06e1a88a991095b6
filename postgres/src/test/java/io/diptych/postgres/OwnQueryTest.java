package io.diptych.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diptych.App;
import io.diptych.ConfigurationException;
import io.diptych.message.ConsistencyToken;
import io.diptych.message.ConsistencyToken.Point;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.postgres.Fixture.Item;
import io.diptych.projection.Generation;
import io.diptych.projection.Key;
import io.diptych.projection.ReadModel;
import io.diptych.projection.ReadModelQueries.Freshness;
import io.diptych.projection.ReadModelQueries.Result;
import io.diptych.projection.SqlQuery;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnQueryTest {

    record Price(@Key String id, @Nullable BigDecimal price, Instant since) {}

    /** Of a status. */
    record Total(
            @Nullable String status, long items, @Nullable BigDecimal worth) {}

    record Asked(
            @Nullable String status,
            Instant since,
            @Nullable Integer limit) {
        Asked {
            limit = limit == null ? 10 : limit;
            if (limit > 100) {
                throw new IllegalArgumentException("The limit [" + limit + "] must be 100 or less");
            }
        }
    }

    private static final String TOTALS = """
            select status, count(*) as items, sum(quantity * price) as worth
            from "order" join prices on prices.id = "order".id -- :nothing
            where (:status is null or status = :status) and prices.since >= :since
            group by status order by worth desc nulls last, status limit :limit""";

    record Number(int n) {}

    record Asking(int n) {}

    private static final ReadModel<String, Item> ITEMS = Fixture.model("order", Item.class);
    private static final ReadModel<String, Price> PRICES = Fixture.model("prices", Price.class);
    private static final String NAME = Fixture.freshName();
    private static final Postgres POSTGRES = Postgres.open(
            app(NAME)
                    .with(SqlQuery.named("totals", Total.class, TOTALS, Asked.class)
                            .reads(ITEMS, PRICES))
                    .with(number("divided", "select 7 / :n as n"))
                    .with(number("many", "select n from generate_series(1, :n) as n"))
                    .with(number("missing", "select nullif(:n, 1) as n"))
                    .with(number("slow", "select :n as n from pg_sleep(:n)"))
                    .with(number("writes", "select nextval('numbers')::int + :n as n")),
            TestDatabase.settings().withQueryTimeout(Duration.ofMillis(700)));

    private static App app(String name) {
        return Fixture.app(name, ITEMS, PRICES);
    }

    private static SqlQuery number(String name, String sql) {
        return SqlQuery.named(name, Number.class, sql, Asking.class).reads(ITEMS);
    }

    @BeforeAll
    static void fill() throws Exception {
        // The sequence is there before the queries are looked at.
        try (var early = Postgres.open(app(NAME), TestDatabase.settings())) {
            early.ensureSchema();
        }
        Fixture.sql(TestDatabase.settings(), "create sequence \"" + NAME + "\".numbers");
        POSTGRES.ensureSchema();
        Fixture.put(
                POSTGRES.store().rows(ITEMS, 1),
                Item::id,
                new Item("a", "NEW", 2),
                new Item("b", "NEW", 3),
                new Item("c", "it's; -- \"old\"", 1),
                new Item("d", null, 5));
        Instant january = Instant.parse("2026-01-01T00:00:00Z");
        Fixture.put(
                POSTGRES.store().rows(PRICES, 1),
                Price::id,
                new Price("a", new BigDecimal("1.50"), january),
                new Price("b", new BigDecimal("2.25"), january.plusSeconds(86400)),
                new Price("c", new BigDecimal("9"), january),
                new Price("d", null, january));
    }

    @AfterAll
    static void close() {
        POSTGRES.close();
    }

    @Test
    void a_query_joins_and_sums_up_read_models_with_typed_parameters() {
        assertThat(query("totals", Map.of("since", "2026-01-01T00:00:00Z")))
                .containsExactly(row("NEW", 2, "9.75"), row("it's; -- \"old\"", 1, "9"), row(null, 1, null));
        assertThat(query("totals", Map.of("since", "2026-01-01T00:00:00Z", "limit", "1")))
                .containsExactly(row("NEW", 2, "9.75"));
        assertThat(query("totals", Map.of("since", "2026-01-02T00:00:00Z"))).containsExactly(row("NEW", 1, "6.75"));
        assertThat(query("totals", Map.of("since", "2025-01-01T00:00:00Z", "status", "it's; -- \"old\"")))
                .containsExactly(row("it's; -- \"old\"", 1, "9"));
    }

    @Test
    void a_parameter_that_is_missing_unknown_or_wrong_is_named() {
        String since = "2026-01-01T00:00:00Z";
        assertProblem(Problem.Type.INVALID_QUERY, () -> query("totals", Map.of()), "[since]", "an instant such as");
        assertProblem(
                Problem.Type.INVALID_QUERY,
                () -> query("totals", Map.of("since", since, "colour", "red")),
                "[colour]",
                "[status, since, limit]");
        assertProblem(
                Problem.Type.INVALID_QUERY, () -> query("totals", Map.of("since", "now()")), "[since]", "[now()]");
        assertProblem(
                Problem.Type.INVALID_QUERY, () -> query("totals", Map.of("since", since, "limit", "101")), "[101]");
        assertProblem(
                Problem.Type.INVALID_QUERY,
                () -> query("totals", Map.of("since", since, "limit", "-1")),
                "LIMIT must not be negative");
        assertProblem(Problem.Type.UNKNOWN_QUERY, () -> query("sums", Map.of()), "[sums]", "totals");
    }

    @Test
    void what_goes_wrong_in_the_sql_is_told_with_the_name_of_the_query() {
        assertProblem(Problem.Type.INVALID_QUERY, () -> query("divided", Map.of("n", "0")), "division by zero");
        assertProblem(Problem.Type.QUERY_FAILED, () -> query("missing", Map.of("n", "1")), "[missing]", "[n]", "null");
        assertProblem(Problem.Type.QUERY_FAILED, () -> query("many", Map.of("n", "10001")), "[many]", "[10000]");
        assertThat(query("many", Map.of("n", "10000"))).hasSize(10_000);
        assertProblem(Problem.Type.QUERY_FAILED, () -> query("writes", Map.of("n", "1")), "[writes]", "read-only");
        assertProblem(Problem.Type.UNAVAILABLE, () -> query("slow", Map.of("n", "5")), "[slow]", "took longer");
    }

    @Test
    void a_token_holds_for_every_read_model_that_the_query_reads() throws Exception {
        var store = POSTGRES.store().rows(ITEMS, 1);
        var prices = POSTGRES.store().rows(PRICES, 1);
        Fixture.apply(store, Map.of(3, move()), java.util.Set.of(), rows -> Map.of());
        CompletableFuture<Result> answer = CompletableFuture.supplyAsync(() -> POSTGRES.queries()
                .query("totals", Map.of("since", "2026-01-01T00:00:00Z"), fresh(Duration.ofSeconds(20))));

        assertProblem(
                Problem.Type.NOT_CAUGHT_UP,
                () -> POSTGRES.queries().query("totals", Map.of("since", "2026-01-01T00:00:00Z"), fresh(Duration.ZERO)),
                "[prices]",
                "[9]");
        assertThat(answer).isNotDone();
        Fixture.apply(prices, Map.of(3, move()), java.util.Set.of(), rows -> Map.of());

        assertThat(answer.get(10, TimeUnit.SECONDS).seen().token().points()).contains(new Point("item", 3, 9));
    }

    private static io.diptych.projection.internal.RowStore.Move move() {
        return new io.diptych.projection.internal.RowStore.Move(0, 10);
    }

    private static Freshness fresh(Duration wait) {
        return new Freshness(ConsistencyToken.of("item", 3, 9), wait);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    select 1 as m                           | the column [n] is missing; the column [m] is not in the record
                    select 1::bigint as n                   | the column [n] is [bigint] and must be [integer]
                    select 1 as n, 2 as n                   | column "n" specified more than once
                    select quantiti as n from "order"       | column "quantiti" does not exist
                    select quantity as n from items         | relation "items" does not exist
                    selec 1                                 | syntax error
                    delete from "order" returning 1 as n    | syntax error
                    select count(*)::int as n from prices   | reads [prices] besides the read models it names, [order]
                    select :n as n                          | has the parameter [:n]
                    """)
    void sql_that_cannot_run_or_does_not_fit_is_refused_at_the_start(String sql, String why) {
        assertThatThrownBy(
                        () -> start(SqlQuery.named("wrong", Number.class, sql).reads(ITEMS)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("[wrong]", why);
    }

    record Listed(List<String> names) {}

    @Test
    void records_that_do_not_fit_are_refused_at_the_start() {
        assertThatThrownBy(() -> start(number("wrong", "select 1 as n")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("[wrong]", "does not use [:n]");
        assertThatThrownBy(() ->
                        start(SqlQuery.named("wrong", Listed.class, "select 1").reads(ITEMS)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll("[names]", "query [wrong]", "there is no column");
        assertThatThrownBy(() -> app("x").with(SqlQuery.named("wrong", Number.class, "select 1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("[wrong]", "reads()");
    }

    record Sized(@Key String id, int size) {}

    @Test
    void a_query_for_the_next_version_of_a_read_model_waits_until_that_serves() {
        ReadModel<String, Sized> next = Fixture.model("order", Sized.class).withVersion(2);
        String name = Fixture.freshName();
        try (var first = Postgres.open(Fixture.app(name, ITEMS), TestDatabase.settings());
                var second = Postgres.open(
                        Fixture.app(name, next)
                                .with(SqlQuery.named("sizes", Number.class, "select size as n from \"order\"")
                                        .reads(next)),
                        TestDatabase.settings())) {
            first.ensureSchema();

            second.ensureSchema();

            assertProblem(
                    Problem.Type.UNAVAILABLE,
                    () -> second.queries().query("sizes", Map.of(), Freshness.NONE),
                    "[sizes]",
                    "size",
                    "another version");
            assertThat(second.store().takeOver(filling(second))).isTrue();
            assertThat(second.queries().query("sizes", Map.of(), Freshness.NONE).rows())
                    .isEmpty();
        }
    }

    private static Generation filling(Postgres postgres) {
        return postgres.generations().all().stream()
                .filter(generation -> generation.state() == Generation.State.FILLING)
                .findFirst()
                .orElseThrow();
    }

    private static void start(SqlQuery query) {
        try (var postgres = Postgres.open(app(NAME).with(query), TestDatabase.settings())) {
            postgres.ensureSchema();
        }
    }

    private static Map<String, @Nullable Object> row(@Nullable String status, long items, @Nullable String worth) {
        var row = new java.util.LinkedHashMap<String, @Nullable Object>();
        row.put("status", status);
        row.put("items", items);
        row.put("worth", worth == null ? null : new BigDecimal(worth));
        return row;
    }

    private static List<Map<String, @Nullable Object>> query(String name, Map<String, String> parameters) {
        return POSTGRES.queries().query(name, parameters, Freshness.NONE).rows();
    }

    private static void assertProblem(Problem.Type type, ThrowingCallable query, String... parts) {
        assertThatThrownBy(query)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().type()).isEqualTo(type))
                .hasMessageContainingAll(parts);
    }
}
