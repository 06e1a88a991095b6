package io.diptych.postgres;

import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.projection.Generation;
import io.diptych.projection.Generation.State;
import io.diptych.projection.Generations;
import io.diptych.projection.ReadModel;
import io.diptych.projection.internal.RowStore.StoreUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done with generations. Whoever changes them holds the lock of the schema, so that one at a time does. */
final class PostgresGenerations implements Generations {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresGenerations.class);

    private final Database database;
    private final Schema schema;
    private final Map<String, RowMapping<?>> newest = new LinkedHashMap<>();
    private final Map<String, Integer> versions = new HashMap<>();
    private final Tables tables;
    private final GenerationTable generations;
    private final Takeover takeover;
    private final LateStatements late;

    PostgresGenerations(Database database, String name, Schema schema, Map<ReadModel<?, ?>, RowMapping<?>> newest) {
        this.database = database;
        this.schema = schema;
        newest.forEach((model, mapping) -> {
            this.newest.put(model.name(), mapping);
            versions.put(model.name(), model.version());
        });
        this.tables = new Tables(name);
        this.generations = new GenerationTable(name);
        this.takeover = new Takeover(name, tables, generations);
        this.late = new LateStatements(name);
    }

    @Override
    public List<Generation> all() {
        try (Connection connection = database.read()) {
            return generations.of(connection, null);
        } catch (SQLException e) {
            throw Failures.ofQuery(e);
        }
    }

    @Override
    public Generation rebuild(String readModel, boolean keep) {
        RowMapping<?> mapping = mapping(readModel);
        int version = versions.getOrDefault(readModel, 1);
        return operate(connection -> {
            List<Generation> known = generations.of(connection, readModel);
            int number = generations.nextNumber(connection, readModel);
            for (Generation generation : known) {
                if (generation.state() == State.FILLING) {
                    throw Problem.Type.GENERATION_CONFLICT.exception("Generation [" + generation.number()
                            + "] of read model [" + readModel
                            + "] is being filled already: wait until it serves, or drop it");
                }
                if (generation.version() > version) {
                    throw Problem.Type.GENERATION_CONFLICT.exception("This node has version [" + version
                            + "] of read model [" + readModel + "] and there are rows of version ["
                            + generation.version() + "]: ask a node with that version");
                }
            }
            generations.insert(connection, mapping.shape(), number, version, State.FILLING, keep);
            tables.create(connection, mapping, number);
            return only(generations.of(connection, readModel), number).orElseThrow();
        });
    }

    @Override
    public Generation rollback(String readModel) {
        mapping(readModel);
        Generation serving = operate(connection -> {
            List<Generation> known = generations.of(connection, readModel);
            Generation kept = known.stream()
                    .filter(generation -> generation.state() == State.KEPT)
                    .max(Comparator.comparing(Generation::since).thenComparing(Generation::number))
                    .orElseThrow(() -> Problem.Type.GENERATION_CONFLICT.exception("No former generation of read model ["
                            + readModel + "] is kept, so none can serve again: rebuild it instead"));
            if (!takeover.attempt(connection, kept, serving(known))) {
                throw Problem.Type.GENERATION_CONFLICT.exception("Generation [" + kept.number() + "] of read model ["
                        + readModel + "] is behind the one that serves, so queries would see older rows: wait until it"
                        + " has caught up; a node with version [" + kept.version() + "] keeps it current");
            }
            return only(generations.of(connection, readModel), kept.number()).orElseThrow();
        });
        LOG.info("{}: generation {} serves again", readModel, serving.number());
        return serving;
    }

    @Override
    public void drop(String readModel, int number) {
        mapping(readModel);
        operate(connection -> {
            Generation generation = only(generations.of(connection, readModel), number)
                    .orElseThrow(() -> Problem.Type.NOT_FOUND.exception(
                            "There is no generation [" + number + "] of read model [" + readModel + "]"));
            if (generation.state() == State.SERVING) {
                throw Problem.Type.GENERATION_CONFLICT.exception("Generation [" + number + "] of read model ["
                        + readModel + "] serves the queries: rebuild or roll back first");
            }
            generations.drop(connection, generation);
            return generation;
        });
    }

    /** @see io.diptych.projection.internal.ReadModelStore#tidy */
    void tidy() {
        try (Connection connection = database.read()) {
            if (generations.dropped(connection).isEmpty()) {
                return;
            }
        } catch (SQLException e) {
            throw unavailable("Dropped generations cannot be looked for now", e);
        }
        try {
            inTransaction(this::tidy);
        } catch (SQLException e) {
            throw unavailable("A dropped generation's table cannot be dropped now", e);
        }
    }

    private boolean tidy(Connection connection) throws SQLException {
        for (var dropped : generations.dropped(connection).entrySet()) {
            for (int number : dropped.getValue()) {
                tables.drop(connection, dropped.getKey(), number);
                generations.delete(connection, dropped.getKey(), number);
                LOG.info("{}: generation {} is dropped", dropped.getKey(), number);
            }
        }
        try (Statement statement = connection.createStatement()) {
            for (String delete : late.tidy()) {
                statement.execute(delete);
            }
        }
        return true;
    }

    private static StoreUnavailableException unavailable(String what, SQLException e) {
        return new StoreUnavailableException(what + ": " + Failures.inOneLine(e), e);
    }

    /** @see io.diptych.projection.internal.ReadModelStore#takeOver */
    boolean takeOver(Generation filling) {
        try {
            try (Connection connection = database.read()) {
                if (!takeover.isNear(connection, filling)) {
                    return false;
                }
            }
            inTransaction(connection -> index(connection, filling));
            return inTransaction(connection -> {
                List<Generation> known = generations.of(connection, filling.readModel());
                Optional<Generation> now = only(known, filling.number());
                if (now.isEmpty() || now.get().state() != State.FILLING) {
                    return false;
                }
                Generation former = serving(known);
                boolean serves = takeover.attempt(connection, now.get(), former);
                if (serves) {
                    removeFormer(connection, known, now.get(), former);
                    LOG.info(
                            "{}: generation {} has caught up and serves in place of {}",
                            filling.readModel(),
                            filling.number(),
                            former.number());
                }
                return serves;
            });
        } catch (SQLException e) {
            throw unavailable(
                    "Generation [" + filling.number() + "] of read model [" + filling.readModel()
                            + "] cannot take over now",
                    e);
        }
    }

    /**
     * Only now: filling a table that has its indexes already takes much longer. By one process: several would take all
     * processors from the queries, which do not wait for this.
     */
    private boolean index(Connection connection, Generation filling) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, 0);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set local statement_timeout = 0; set local max_parallel_maintenance_workers = 0");
        }
        tables.index(connection, generations.shape(connection, filling), filling.number());
        return true;
    }

    /** Of those that do not serve any more only the last is kept, and that only when it was wanted. */
    private void removeFormer(Connection connection, List<Generation> known, Generation serving, Generation former)
            throws SQLException {
        boolean keep = generations.keepsFormer(connection, serving);
        for (Generation generation : known) {
            if (generation.state() == State.KEPT || generation.equals(former) && !keep) {
                generations.drop(connection, generation);
            }
        }
    }

    private RowMapping<?> mapping(String readModel) {
        RowMapping<?> mapping = newest.get(readModel);
        if (mapping == null) {
            throw Problem.Type.UNKNOWN_READ_MODEL.exception(
                    "There is no read model [" + Conditions.shortened(readModel) + "], only " + newest.keySet());
        }
        return mapping;
    }

    private static Generation serving(List<Generation> known) {
        return known.stream()
                .filter(generation -> generation.state() == State.SERVING)
                .findFirst()
                .orElseThrow();
    }

    private static Optional<Generation> only(List<Generation> known, int number) {
        return known.stream()
                .filter(generation -> generation.number() == number)
                .findFirst();
    }

    private <T> T operate(Database.Work<T> change) throws ProblemException {
        try {
            return inTransaction(change);
        } catch (SQLException e) {
            LOG.info("An operation on generations failed: {}", Failures.inOneLine(e));
            throw Failures.ofQuery(e);
        }
    }

    private <T> T inTransaction(Database.Work<T> change) throws SQLException {
        return database.inTransaction(connection -> {
            try (Statement statement = connection.createStatement()) {
                // Who waits for a lock here holds up who comes after it.
                statement.execute("set local lock_timeout = '2s'");
                schema.lock(statement);
            }
            return change.in(connection);
        });
    }
}
