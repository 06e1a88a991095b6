package io.diptych.postgres;

import io.diptych.message.Problem;
import io.diptych.projection.ReadModel;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Which generation of each read model serves, remembered until it is told that this may have changed. */
final class Serving {

    private final String schema;
    private final Map<String, ReadModel<?, ?>> models = new LinkedHashMap<>();
    private final Map<String, Map<Integer, Shape>> shapes = new LinkedHashMap<>();
    private final Map<String, Rows> serving = new ConcurrentHashMap<>();
    private final AtomicLong forgotten = new AtomicLong();

    /**
     * The rows that serve.
     *
     * @param aggregate whose events they are made from
     * @param table with its schema
     * @param select all columns of the table; made once, as every query of a list begins with it
     * @param lookup the statement of {@link Lookups}, made once
     */
    record Rows(int generation, Shape shape, String aggregate, String table, String select, String lookup) {

        static Rows of(String schema, int generation, Shape shape, String aggregate) {
            String table = Names.qualified(schema, Names.table(shape.readModel(), generation));
            String select = "select " + shape.columnList() + " from " + table;
            String lookup = SnapshotQuery.reached(schema) + Lookups.statement(shape, table);
            return new Rows(generation, shape, aggregate, table, select, lookup);
        }
    }

    /** @param mappings of all versions that this node has, the newest of each read model first */
    Serving(String schema, Collection<ReadModel<?, ?>> newest, Map<ReadModel<?, ?>, RowMapping<?>> mappings) {
        this.schema = schema;
        newest.forEach(model -> models.put(model.name(), model));
        mappings.forEach((model, mapping) -> shapes.computeIfAbsent(model.name(), name -> new LinkedHashMap<>())
                .put(model.version(), mapping.shape()));
    }

    /**
     * Where the read model is to be read now.
     *
     * @throws io.diptych.message.ProblemException when there is no such read model
     */
    Rows of(String readModel, Database database) throws SQLException {
        Rows known = serving.get(readModel);
        if (known != null) {
            return known;
        }
        ReadModel<?, ?> model = model(readModel);
        long before = forgotten.get();
        Rows found = read(model, database);
        synchronized (serving) {
            if (forgotten.get() == before) {
                serving.put(readModel, found);
            }
        }
        return found;
    }

    /**
     * Whose events the read model follows.
     *
     * @throws io.diptych.message.ProblemException when there is no such read model
     */
    String aggregate(String readModel) {
        return model(readModel).aggregate().name();
    }

    /** Which serves; null when that is not known just now. */
    @Nullable
    Integer generation(String readModel) {
        Rows known = serving.get(readModel);
        return known == null ? null : known.generation();
    }

    /** Whether that generation serves, or it is not known which does. */
    boolean mayBe(String readModel, int generation) {
        Integer known = generation(readModel);
        return known == null || known == generation;
    }

    private ReadModel<?, ?> model(String readModel) {
        ReadModel<?, ?> model = models.get(readModel);
        if (model == null) {
            throw Problem.Type.UNKNOWN_READ_MODEL.exception(
                    "There is no read model [" + Conditions.shortened(readModel) + "], only " + models.keySet());
        }
        return model;
    }

    /** Has it looked up again. */
    void forget() {
        synchronized (serving) {
            forgotten.incrementAndGet();
            serving.clear();
        }
    }

    private Rows read(ReadModel<?, ?> model, Database database) throws SQLException {
        try (Connection connection = database.read();
                PreparedStatement query = connection.prepareStatement(
                        "select generation, version, columns from " + Names.qualified(schema, Schema.GENERATIONS)
                                + " where read_model = ? and state = 'SERVING'")) {
            query.setString(1, model.name());
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException("The read model [" + model.name() + "] has no generation yet", "42P01");
                }
                int version = row.getInt(2);
                Shape known = shapes.getOrDefault(model.name(), Map.of()).get(version);
                Array columns = row.getArray(3);
                Shape shape = known != null ? known : Shape.read(model.name(), (String[]) columns.getArray());
                return Rows.of(schema, row.getInt(1), shape, model.aggregate().name());
            }
        }
    }
}
