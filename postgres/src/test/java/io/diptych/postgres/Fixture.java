package io.diptych.postgres;

import io.diptych.App;
import io.diptych.command.Aggregate;
import io.diptych.command.Decider;
import io.diptych.command.Decision;
import io.diptych.message.Metadata;
import io.diptych.message.Recorded;
import io.diptych.projection.Indexed;
import io.diptych.projection.Key;
import io.diptych.projection.Projection;
import io.diptych.projection.ReadModel;
import io.diptych.projection.internal.LogEnds;
import io.diptych.projection.internal.RowJson;
import io.diptych.projection.internal.RowStore;
import io.diptych.projection.internal.RowStore.Batch;
import io.diptych.projection.internal.RowStore.Folded;
import io.diptych.projection.internal.RowStore.Move;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Apps that differ in their name, so that every test has a schema of its own in the one database. */
final class Fixture {

    private static final AtomicInteger NAMES = new AtomicInteger();

    private Fixture() {}

    /** What most tests store. */
    record Item(@Key String id, @Indexed @Nullable String status, int quantity) {}

    static String freshName() {
        return "app-" + ProcessHandle.current().pid() + "-" + NAMES.incrementAndGet();
    }

    static <R> ReadModel<String, R> model(String name, Class<R> rowType) {
        return new ReadModel<>(name, AGGREGATE, rowType, new Projection<>() {
            @Override
            public Object key(String event) {
                return event;
            }

            @Override
            public @Nullable R evolve(@Nullable R row, Recorded<String> event) {
                return row;
            }
        });
    }

    static App app(String name, ReadModel<?, ?>... models) {
        App app = App.named(name).with(AGGREGATE);
        for (ReadModel<?, ?> model : models) {
            app = app.with(model);
        }
        return app;
    }

    /** From the rows as stored to the rows as they shall be. */
    interface RowFold<R> {
        Map<Object, @Nullable R> apply(Map<Object, R> stored);
    }

    static <R> void apply(RowStore<R> store, Map<Integer, Move> moves, Set<Object> keys, RowFold<R> fold) {
        apply(store, moves, keys, true, fold);
    }

    static <R> void apply(
            RowStore<R> store, Map<Integer, Move> moves, Set<Object> keys, boolean ownRowsOnly, RowFold<R> fold) {
        store.apply(new Batch<>(
                moves, keys, ownRowsOnly, Set::of, stored -> new Folded<>(fold.apply(stored.rows()), List.of())));
    }

    /** Puts the rows in as one event of partition 0, whatever the position. */
    @SafeVarargs
    @SuppressWarnings("varargs")
    static <R> void put(RowStore<R> store, java.util.function.Function<R, Object> key, R... rows) {
        put(store, key, List.of(rows));
    }

    static <R> void put(RowStore<R> store, java.util.function.Function<R, Object> key, List<R> rows) {
        var byKey = new HashMap<Object, @Nullable R>();
        rows.forEach(row -> byKey.put(key.apply(row), row));
        long from = position(store, 0);
        apply(store, Map.of(0, new Move(from, from + 1)), byKey.keySet(), stored -> byKey);
    }

    static long position(RowStore<?> store, int partition) {
        return store.positions(Set.of(partition)).getOrDefault(partition, -1L);
    }

    /** JSON enough for the rows of these tests. */
    static final RowJson JSON = fields -> fields.entrySet().stream()
            .map(field -> quoted(field.getKey()) + ":"
                    + (field.getValue() == null
                                    || field.getValue() instanceof Number
                                    || field.getValue() instanceof Boolean
                            ? String.valueOf(field.getValue())
                            : quoted(field.getValue().toString())))
            .collect(Collectors.joining(",", "{", "}"));

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** With read models that keep their changes. */
    static Postgres open(App app, PostgresSettings settings) {
        var postgres = Postgres.open(app, settings, new LogEnds(), JSON);
        try {
            postgres.ensureSchema();
            return postgres;
        } catch (RuntimeException e) {
            postgres.close();
            throw e;
        }
    }

    /** One value per row, as text. */
    static List<@Nullable String> sql(PostgresSettings settings, String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(settings.jdbcUrl(), settings.user(), settings.password());
                Statement statement = connection.createStatement()) {
            var values = new ArrayList<@Nullable String>();
            if (statement.execute(sql)) {
                try (ResultSet row = statement.getResultSet()) {
                    while (row.next()) {
                        values.add(row.getString(1));
                    }
                }
            }
            return values;
        }
    }

    static final Aggregate<String, String, String> AGGREGATE =
            new Aggregate<>("item", String.class, String.class, String.class, id -> id, new Decider<>() {
                @Override
                public String initialState() {
                    return "";
                }

                @Override
                public Decision<String> decide(String command, String state, Metadata metadata) {
                    return Decision.accept(command);
                }

                @Override
                public String evolve(String state, String event) {
                    return event;
                }
            });
}
