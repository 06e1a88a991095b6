package io.diptych.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diptych.App;
import io.diptych.ConfigurationException;
import io.diptych.postgres.Fixture.Item;
import io.diptych.projection.Indexed;
import io.diptych.projection.Key;
import io.diptych.projection.ReadModelQueries.Freshness;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SchemaTest {

    private static final PostgresSettings SETTINGS = TestDatabase.settings();

    private final String app = Fixture.freshName();

    @Test
    void several_nodes_may_start_at_once() {
        App both = Fixture.app(app, Fixture.model("items", Item.class), Fixture.model("others", Item.class));
        var starts = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < 6; i++) {
            starts.add(CompletableFuture.runAsync(() -> ensure(both)));
        }

        assertThatCode(() -> CompletableFuture.allOf(starts.toArray(CompletableFuture[]::new))
                        .get(30, TimeUnit.SECONDS))
                .doesNotThrowAnyException();
    }

    @Test
    void what_is_indexed_has_an_index() throws Exception {
        ensure(Fixture.app(app, Fixture.model("items", Item.class)));

        assertThat(Fixture.sql(SETTINGS, "select indexdef from pg_indexes where schemaname = '" + app + "'"))
                .anySatisfy(definition -> assertThat(definition).contains("(status, id)"));
    }

    record OtherType(@Key String id, @Indexed @Nullable String status, long quantity) {}

    record OtherNullability(@Key String id, @Indexed String status, int quantity) {}

    record OtherKey(
            String id,
            @Indexed @Nullable String status,
            @Key int quantity) {}

    record OtherColumns(@Key String id, @Nullable String state, int quantity) {}

    @Test
    void a_table_that_does_not_fit_the_record_is_refused_by_name() {
        ensure(Fixture.app(app, Fixture.model("items", Item.class)));

        assertDifferent(OtherType.class, "[quantity] is [integer not null] and must be [bigint not null]");
        assertDifferent(OtherNullability.class, "[status] is [text] and must be [text not null]");
        assertDifferent(OtherKey.class, "[quantity] is [integer not null] and must be [integer not null primary key]");
        assertDifferent(OtherColumns.class, "[state] is missing", "[status] is not in the record");
    }

    @Test
    void a_table_that_was_dropped_is_rebuilt_from_the_first_event() throws Exception {
        var model = Fixture.model("items", Item.class);
        App one = Fixture.app(app, model);
        ensure(one);
        try (var postgres = Postgres.open(one, SETTINGS)) {
            Fixture.put(postgres.store().rows(model, 1), Item::id, new Item("a", null, 1));
            Fixture.sql(SETTINGS, "drop table \"" + app + "\".\"items_g1\" cascade");

            postgres.ensureSchema();

            assertThat(Fixture.position(postgres.store().rows(model, 1), 0)).isZero();
            assertThat(postgres.queries().find("items", "a", Freshness.NONE).fields())
                    .isNull();
        }
    }

    @Test
    void rows_without_positions_are_refused_rather_than_folded_twice() throws Exception {
        var model = Fixture.model("items", Item.class);
        App one = Fixture.app(app, model);
        ensure(one);
        try (var postgres = Postgres.open(one, SETTINGS)) {
            Fixture.put(postgres.store().rows(model, 1), Item::id, new Item("a", null, 1));
            Fixture.sql(SETTINGS, "delete from \"" + app + "\".diptych_positions");

            assertThatThrownBy(postgres::ensureSchema)
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContainingAll("items", "drop table");
        }
    }

    record Reserved(@Key String user, String order, String select, String tableX) {}

    @Test
    void words_of_sql_may_be_names() {
        var model = Fixture.model("table", Reserved.class);
        try (var postgres = Postgres.open(Fixture.app(app, model), SETTINGS)) {
            postgres.ensureSchema();
            Fixture.put(postgres.store().rows(model, 1), Reserved::user, new Reserved("u", "o", "s", "t"));

            assertThat(postgres.queries().find("table", "u", Freshness.NONE).fields())
                    .containsExactlyInAnyOrderEntriesOf(
                            Map.of("user", "u", "order", "o", "select", "s", "tableX", "t"));
        }
    }

    @Test
    void the_longest_names_work() {
        String longest = "r".repeat(63);
        var model = Fixture.model(longest, Item.class);
        String longApp = app + "-".repeat(63 - app.length());
        try (var postgres = Postgres.open(Fixture.app(longApp, model), SETTINGS)) {
            postgres.ensureSchema();
            postgres.ensureSchema();
            Fixture.put(postgres.store().rows(model, 1), Item::id, new Item("a", null, 1));

            assertThat(postgres.queries().find(longest, "a", Freshness.NONE).fields())
                    .isNotNull();
        }
    }

    @Test
    void reserved_names_are_refused_at_the_start() {
        for (App reserved : List.of(
                Fixture.app("pg_orders", Fixture.model("items", Item.class)),
                Fixture.app(app, Fixture.model("diptych_positions", Item.class)))) {
            assertThatThrownBy(() -> Postgres.open(reserved, SETTINGS))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("reserved");
        }
    }

    @Test
    void the_password_is_never_written() {
        assertThat(new PostgresSettings(
                                "jdbc:postgresql://h/d?password=secret", "u", "secret", 3, Duration.ofSeconds(1))
                        .toString())
                .doesNotContain("secret")
                .contains("jdbc:postgresql://h/d");
    }

    private void assertDifferent(Class<?> rowType, String... parts) {
        assertThatThrownBy(() -> ensure(Fixture.app(app, Fixture.model("items", rowType))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContainingAll(parts)
                .hasMessageContainingAll("\"" + app + "\".\"items_g1\"", "Raise the version");
    }

    private static void ensure(App app) {
        try (var postgres = Postgres.open(app, SETTINGS)) {
            postgres.ensureSchema();
        }
    }
}
