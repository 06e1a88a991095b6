package io.diptych.postgres;

import io.diptych.ConfigurationException;
import io.diptych.projection.Generation;
import io.diptych.projection.Generation.State;
import io.diptych.projection.ReadModel;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The tables of one app, made when they are missing. */
final class Schema {

    static final String POSITIONS = "diptych_positions";
    static final String GENERATIONS = "diptych_generations";
    static final String PARKED_KEYS = "diptych_parked_keys";
    static final String LETTERS = "diptych_dead_letters";
    static final String DISCARDED = "diptych_discarded_letters";
    static final String OUTBOX = "diptych_outbox";
    static final String OUTBOX_SENDER = "diptych_outbox_sender";
    static final String CHANGE_LOGS = "diptych_change_logs";
    static final String CHANGES = "diptych_changes";
    static final String PUBLISHED_KEYS = "diptych_published_keys";
    static final String EVENT_TIMES = "diptych_event_times";
    static final String WATERMARKS = "diptych_watermarks";
    static final String LATE = "diptych_late_events";
    static final String ADMITTED = "diptych_admitted_events";
    static final String WINDOWS = "diptych_windows";
    static final String PUBLISHED = "diptych_published_windows";

    private final String name;
    private final Map<ReadModel<?, ?>, RowMapping<?>> newest;
    private final Map<ReadModel<?, ?>, RowMapping<?>> former;
    private final Tables tables;
    private final GenerationTable generations;
    private final ChangeLogTables changeLogs;

    /**
     * Checks the names.
     *
     * @param newest the read models, each in its newest version
     * @param former older versions
     */
    Schema(String name, Map<ReadModel<?, ?>, RowMapping<?>> newest, Map<ReadModel<?, ?>, RowMapping<?>> former) {
        if (name.startsWith("pg_") || name.equals("information_schema")) {
            throw new ConfigurationException(
                    "The app's name [" + name + "] is reserved as a schema in PostgreSQL: choose one without pg_");
        }
        for (RowMapping<?> mapping : newest.values()) {
            if (mapping.readModel().startsWith("diptych_")) {
                throw new ConfigurationException("The read model's name [" + mapping.readModel()
                        + "] is reserved: choose one that does not begin with diptych_");
            }
        }
        this.name = name;
        this.newest = newest;
        this.former = former;
        this.tables = new Tables(name);
        this.generations = new GenerationTable(name);
        this.changeLogs = new ChangeLogTables(name);
    }

    /** Safe when several nodes start at once: one does it, the others then find it done. */
    void ensure(Database database) throws SQLException {
        database.inTransaction(this::ensureAll);
    }

    private boolean ensureAll(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // Building an index takes as long as it takes.
            connection.setNetworkTimeout(Runnable::run, 0);
            statement.execute("set local statement_timeout = 0");
            lock(statement);
            createFramework(connection, statement);
            for (var entry : newest.entrySet()) {
                ensureNewest(connection, entry.getKey(), entry.getValue());
            }
            for (var entry : former.entrySet()) {
                ensureTables(connection, entry.getKey(), entry.getValue());
            }
            return true;
        }
    }

    /** Until the end of the transaction nobody else makes, drops or moves tables of the app. */
    void lock(Statement statement) throws SQLException {
        statement.execute("select pg_advisory_xact_lock(" + Names.hash("schema", name) + ")");
    }

    private void createFramework(Connection connection, Statement statement) throws SQLException {
        // "create schema if not exists" wants the right to create schemas even when it exists.
        if (!exists(connection, "select to_regnamespace(?) is not null", Names.quote(name))) {
            statement.execute("create schema " + Names.quote(name));
        }
        String positions = Names.qualified(name, POSITIONS);
        if (exists(connection, "select to_regclass(?) is not null", positions)
                && !exists(connection, "select to_regclass(?) is not null", Names.qualified(name, GENERATIONS))) {
            throw new ConfigurationException("The schema [" + name + "] is of an earlier Diptych, which had one"
                    + " generation of each read model only. To have its tables made anew from the events, run: drop"
                    + " schema " + Names.quote(name) + " cascade");
        }
        statement.execute("create table if not exists " + positions
                + " (read_model text collate \"C\", generation integer, partition integer,"
                + " next_offset bigint not null, primary key (read_model, generation, partition))");
        statement.execute(generations.definition());
        Workers.create(statement, name);
        for (String table : LetterTables.statements(name)) {
            statement.execute(table);
        }
        for (String table : changeLogs.definitions()) {
            statement.execute(table);
        }
        for (String table : WindowTables.statements(name)) {
            statement.execute(table);
        }
    }

    private void ensureNewest(Connection connection, ReadModel<?, ?> model, RowMapping<?> mapping) throws SQLException {
        List<Generation> known = generations.of(connection, model.name());
        int newestVersion = known.stream().mapToInt(Generation::version).max().orElse(0);
        if (newestVersion > model.version()
                && known.stream().noneMatch(generation -> generation.version() == model.version())) {
            throw new ConfigurationException("This node has version [" + model.version() + "] of read model ["
                    + model.name() + "], but its rows are of version [" + newestVersion
                    + "]: deploy that version, or raise this one above it");
        }
        if (newestVersion < model.version()) {
            add(connection, model, mapping, known);
        }
        ensureTables(connection, model, mapping);
        if (model.version() >= newestVersion) {
            changeLogs.ensure(connection, generations.of(connection, model.name()), model.changeLog());
        }
    }

    /** The first generation serves at once; another begins beside it, in place of one that was never finished. */
    private void add(Connection connection, ReadModel<?, ?> model, RowMapping<?> mapping, List<Generation> known)
            throws SQLException {
        for (Generation generation : known) {
            if (generation.state() == State.FILLING) {
                generations.drop(connection, generation);
            }
        }
        int number = generations.nextNumber(connection, model.name());
        State state = known.isEmpty() ? State.SERVING : State.FILLING;
        generations.insert(connection, mapping.shape(), number, model.version(), state, true);
    }

    private void ensureTables(Connection connection, ReadModel<?, ?> model, RowMapping<?> mapping) throws SQLException {
        for (Generation generation : generations.of(connection, model.name())) {
            if (generation.version() == model.version()) {
                boolean made = tables.ensure(connection, mapping, generation.number());
                if (made && generation.state() == State.SERVING) {
                    changeLogs.serves(connection, generation);
                }
                if (generation.state() != State.FILLING) {
                    tables.index(connection, mapping.shape(), generation.number());
                }
            }
        }
        Optional<Generation> serving = generations.of(connection, model.name()).stream()
                .filter(generation -> generation.state() == State.SERVING)
                .findFirst();
        if (serving.isPresent()
                && !exists(connection, "select to_regclass(?) is not null", Names.qualified(name, model.name()))) {
            tables.show(
                    connection,
                    generations.shape(connection, serving.get()),
                    serving.get().number());
        }
    }

    private static boolean exists(Connection connection, String sql, String parameter) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, parameter);
            try (ResultSet row = query.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }
}
