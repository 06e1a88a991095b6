package io.diptych.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diptych.ConfigurationException;
import io.diptych.projection.Filter;
import io.diptych.projection.Key;
import io.diptych.projection.ReadModelQueries.Freshness;
import io.diptych.projection.ReadModelQueries.ListQuery;
import io.diptych.projection.internal.RowStore;
import io.diptych.projection.internal.RowStore.Batch;
import io.diptych.projection.internal.RowStore.Folded;
import io.diptych.projection.internal.RowStore.Move;
import io.diptych.projection.internal.RowStore.Refusal;
import io.diptych.projection.internal.RowStore.RowRefusedException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RowMappingTest {

    enum Colour {
        RED,
        GREEN
    }

    record Full(
            @Key String id,
            int wholePrimitive,
            long longPrimitive,
            boolean flagPrimitive,
            double realPrimitive,
            @Nullable String text,
            @Nullable Integer whole,
            @Nullable Long longer,
            @Nullable Boolean flag,
            @Nullable Double real,
            @Nullable BigDecimal exact,
            @Nullable Instant moment,
            @Nullable LocalDate day,
            @Nullable LocalDateTime local,
            @Nullable UUID uuid,
            @Nullable Colour colour) {}

    private static final Full FILLED = new Full(
            "filled",
            Integer.MIN_VALUE,
            Long.MAX_VALUE,
            true,
            -0.1,
            "'; drop table \"x\"; -- \\ {a,\"b\"} \uD83D\uDE00 \u0001",
            7,
            Long.MIN_VALUE,
            false,
            Double.NEGATIVE_INFINITY,
            new BigDecimal("12345678901234567890.12300"),
            Instant.parse("2026-02-03T04:05:06.123456Z"),
            LocalDate.of(1582, 10, 4),
            LocalDateTime.of(2026, 3, 29, 2, 30, 0, 1000),
            UUID.fromString("00000000-0000-0000-0000-000000000001"),
            Colour.GREEN);

    private static final Full EMPTY =
            new Full("empty", 0, 0, false, 0, null, null, null, null, null, null, null, null, null, null, null);

    @Test
    void every_kind_of_value_is_read_back_as_it_was_written() {
        var model = Fixture.model("kinds", Full.class);
        try (var postgres = Postgres.open(Fixture.app(Fixture.freshName(), model), TestDatabase.settings())) {
            postgres.ensureSchema();
            RowStore<Full> store = postgres.store().rows(model, 1);

            // More often than the driver's threshold, past which it prepares statements and receives in binary.
            for (int i = 0; i < 8; i++) {
                Fixture.put(store, Full::id, FILLED, EMPTY);

                Map<Object, Full> stored = load(store, Set.of("filled", "empty"));

                assertThat(stored).isEqualTo(Map.of("filled", FILLED, "empty", EMPTY));
                assertThat(postgres.queries()
                                .find("kinds", "filled", Freshness.NONE)
                                .fields())
                        .containsEntry("exact", FILLED.exact())
                        .containsEntry("moment", FILLED.moment())
                        .containsEntry("uuid", FILLED.uuid())
                        .containsEntry("colour", "GREEN");
            }
        }
    }

    @Test
    void every_kind_of_value_can_be_filtered_by_in_its_written_form() {
        var model = Fixture.model("kinds", Full.class);
        try (var postgres = Postgres.open(Fixture.app(Fixture.freshName(), model), TestDatabase.settings())) {
            postgres.ensureSchema();
            Fixture.put(postgres.store().rows(model, 1), Full::id, FILLED, EMPTY);
            Map<String, @Nullable Object> row =
                    postgres.queries().find("kinds", "filled", Freshness.NONE).fields();
            assertThat(row).isNotNull();

            row.forEach((field, value) -> assertThat(postgres.queries()
                            .list(
                                    "kinds",
                                    new ListQuery(
                                            List.of(Filter.equal(field, String.valueOf(value))),
                                            List.of(),
                                            10,
                                            null,
                                            false),
                                    Freshness.NONE)
                            .rows())
                    .as(field)
                    .containsExactly(row));
        }
    }

    record Timed(@Key String id, Instant at, LocalDateTime local, BigDecimal amount) {}

    @Test
    void the_canonical_row_is_the_one_that_is_read_back() {
        var model = Fixture.model("timed", Timed.class);
        try (var postgres = Postgres.open(Fixture.app(Fixture.freshName(), model), TestDatabase.settings())) {
            postgres.ensureSchema();
            RowStore<Timed> store = postgres.store().rows(model, 1);
            var row = new Timed(
                    "a",
                    Instant.parse("2026-02-03T04:05:06.123456789Z"),
                    LocalDateTime.parse("2026-02-03T04:05:06.123456789"),
                    new BigDecimal("1E+3"));

            Fixture.put(store, Timed::id, row);

            Timed canonical = store.canonical(row);
            assertThat(canonical).isNotEqualTo(row);
            assertThat(load(store, Set.of("a"))).isEqualTo(Map.of("a", canonical));
            assertThat(store.canonical(canonical)).isSameAs(canonical);
        }
    }

    record ByNumber(@Key long id, String name) {}

    record ByColour(@Key Colour colour, int count) {}

    record ByDay(@Key LocalDate day, int count) {}

    record ByMoment(@Key Instant start, int count) {}

    record ById(@Key UUID id) {}

    @Test
    void keys_may_be_of_other_types_than_text() {
        roundTrip("by-number", ByNumber.class, new ByNumber(7, "seven"), 7L, "7");
        roundTrip("by-colour", ByColour.class, new ByColour(Colour.RED, 1), Colour.RED, "RED");
        roundTrip("by-day", ByDay.class, new ByDay(LocalDate.EPOCH, 1), LocalDate.EPOCH, "1970-01-01");
        roundTrip("by-moment", ByMoment.class, new ByMoment(Instant.EPOCH, 1), Instant.EPOCH, "1970-01-01T00:00:00Z");
        UUID uuid = UUID.randomUUID();
        roundTrip("by-id", ById.class, new ById(uuid), uuid, uuid.toString());
    }

    private static <R> void roundTrip(String name, Class<R> type, R row, Object key, String written) {
        var model = Fixture.model(name, type);
        try (var postgres = Postgres.open(Fixture.app(Fixture.freshName(), model), TestDatabase.settings())) {
            postgres.ensureSchema();
            RowStore<R> store = postgres.store().rows(model, 1);
            Fixture.put(store, r -> key, List.of(row));
            Fixture.put(store, r -> key, List.of(row));

            assertThat(load(store, Set.of(key))).isEqualTo(Map.of(key, row));
            assertThat(postgres.queries().find(name, written, Freshness.NONE).fields())
                    .isNotNull();
        }
    }

    @Test
    void a_key_of_another_type_is_refused_by_name() {
        var model = Fixture.model("by-number", ByNumber.class);
        try (var postgres = Postgres.open(Fixture.app(Fixture.freshName(), model), TestDatabase.settings())) {
            postgres.ensureSchema();
            RowStore<ByNumber> store = postgres.store().rows(model, 1);

            var refused = new HashMap<Object, Refusal>();
            store.apply(new Batch<>(Map.of(0, new Move(0, 1)), Set.of(7), true, Set::of, stored -> {
                refused.putAll(stored.refused());
                return new Folded<>(Map.of(), List.of());
            }));

            assertThat(refused.get(7)).isNotNull();
            assertThat(refused.get(7).accepted()).isZero();
            assertThat(refused.get(7).cause())
                    .hasMessageContaining("[7]")
                    .hasMessageContaining("java.lang.Integer")
                    .hasMessageContaining("java.lang.Long");
        }
    }

    @Test
    void a_null_that_the_record_does_not_allow_is_refused_by_name() {
        var model = Fixture.model("by-number", ByNumber.class);
        try (var postgres = Postgres.open(Fixture.app(Fixture.freshName(), model), TestDatabase.settings())) {
            postgres.ensureSchema();
            RowStore<ByNumber> store = postgres.store().rows(model, 1);

            assertThatThrownBy(() -> Fixture.put(store, ByNumber::id, new ByNumber(7, nothing())))
                    .isInstanceOf(RowRefusedException.class)
                    .hasMessageContaining("[name]");
        }
    }

    record WithList(@Key String id, List<String> lines) {}

    record WithoutKey(String id) {}

    record TwoKeys(@Key String id, @Key String other) {}

    record SameColumn(@Key String id, String orderId, String order_id) {}

    record DecimalKey(@Key BigDecimal id) {}

    record NullableKey(@Key @Nullable String id) {}

    @Test
    void a_record_that_cannot_be_a_table_is_refused_at_the_start() {
        assertRefused(WithList.class, "[lines]", "java.util.List<java.lang.String>", "BigDecimal");
        assertRefused(WithoutKey.class, "@Key");
        assertRefused(TwoKeys.class, "[other]", "[id]");
        assertRefused(SameColumn.class, "[order_id]");
        assertRefused(DecimalKey.class, "[id]");
        assertRefused(NullableKey.class, "[id]");
    }

    @Test
    void columns_are_named_in_snake_case() {
        assertThat(List.of("id", "orderId", "URLPath", "line2Text", "aB", "order_id").stream()
                        .map(Names::snakeCase))
                .containsExactly("id", "order_id", "url_path", "line2_text", "a_b", "order_id");
    }

    private static void assertRefused(Class<?> type, String... parts) {
        assertThatThrownBy(() -> RowMapping.of(Fixture.model("refused", type)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(parts);
    }

    @SuppressWarnings({"NullAway", "DataFlowIssue"}) // the point of the test
    private static String nothing() {
        return null;
    }

    /** Reads rows the way a fold sees them. */
    static <R> Map<Object, R> load(RowStore<R> store, Set<Object> keys) {
        var seen = new ArrayList<Map<Object, R>>();
        long from = Fixture.position(store, 9);
        Fixture.apply(store, Map.of(9, new Move(from, from)), keys, stored -> {
            seen.add(stored);
            return Map.of();
        });
        return seen.getFirst();
    }
}
