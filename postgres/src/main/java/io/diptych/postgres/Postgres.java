package io.diptych.postgres;

import io.diptych.App;
import io.diptych.ConfigurationException;
import io.diptych.projection.ReadModel;
import io.diptych.projection.ReadModelQueries;
import io.diptych.projection.internal.LogEnds;
import io.diptych.projection.internal.RowStore;
import io.diptych.projection.internal.RowStore.StoreUnavailableException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * An app's read models in PostgreSQL: a schema with the app's name, in it a table per read model and the positions.
 * Safe for many threads and many processes at once. Connects when first used and goes on by itself after the database
 * was away.
 */
public final class Postgres implements AutoCloseable {

    private final App app;
    private final Map<String, RowMapping<?>> mappings = new LinkedHashMap<>();
    private final Schema schema;
    private final Database database;
    private final ProgressFeed feed;
    private final Waiters waiters = new Waiters();
    private final PostgresQueries queries;

    private Postgres(App app, PostgresSettings settings, LogEnds ends) {
        this.app = app;
        var served = new LinkedHashMap<String, PostgresQueries.Served>();
        for (ReadModel<?, ?> model : app.readModels()) {
            RowMapping<?> mapping = RowMapping.of(model);
            mappings.put(model.name(), mapping);
            served.put(
                    model.name(),
                    new PostgresQueries.Served(mapping, model.aggregate().name()));
        }
        schema = new Schema(app.name(), mappings.values());
        database = new Database(app.name(), settings);
        feed = new ProgressFeed(database, app.name(), waiters::wakeAll);
        feed.add(waiters::wake);
        queries = new PostgresQueries(database, app.name(), served, waiters, ends);
    }

    /**
     * Reads the row records. The database may be away.
     *
     * @throws ConfigurationException when a row record or a name cannot stand in PostgreSQL
     */
    public static Postgres open(App app, PostgresSettings settings) {
        return open(app, settings, new LogEnds());
    }

    /**
     * The same, where answers tell how far behind they are, and can be asked to be recent.
     *
     * @param ends where the event logs end, told by whoever asks Kafka
     */
    public static Postgres open(App app, PostgresSettings settings, LogEnds ends) {
        return new Postgres(app, settings, ends);
    }

    /**
     * Makes what is missing of schema, tables and indexes, and compares the tables that are there with the records.
     * May be called by several nodes at once.
     *
     * @throws ConfigurationException naming what differs, and the way out
     * @throws StoreUnavailableException when the database is away
     */
    public void ensureSchema() {
        try {
            schema.ensure(database);
        } catch (SQLException e) {
            throw new StoreUnavailableException(
                    "The schema [" + app.name() + "] cannot be made ready now: " + Failures.inOneLine(e), e);
        }
    }

    /** The rows and positions of one of the app's read models. */
    @SuppressWarnings("unchecked") // a mapping was made from the model of its name
    public <R> RowStore<R> store(ReadModel<?, R> model) {
        if (!app.readModels().contains(model)) {
            throw new IllegalArgumentException(
                    "The app [" + app.name() + "] does not have the read model [" + model.name() + "]: add it first");
        }
        return new PostgresRowStore<>(
                database, app.name(), (RowMapping<R>) java.util.Objects.requireNonNull(mappings.get(model.name())));
    }

    /** Queries on the app's read models. */
    public ReadModelQueries queries() {
        feed.start();
        return queries;
    }

    /**
     * Tells of every committed move of a position, whichever process committed it, in order for each read model and
     * partition; and of where all positions are, each time the database has been reached anew. The listener is called
     * on one thread and must be quick. Closing ends it.
     */
    public AutoCloseable onProgress(Consumer<Progress> listener) {
        AutoCloseable registration = feed.add(listener);
        feed.start();
        return registration;
    }

    /** How projections are doing on all nodes. */
    public Workers workers() {
        return new Workers(database, app.name());
    }

    /** Whether the database answers and has the tables; returns within seconds. */
    public boolean ready() {
        try (Connection connection = database.read();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select 1 from " + Names.qualified(app.name(), Schema.POSITIONS) + " limit 1")) {
            row.next();
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    @Override
    public void close() {
        feed.close();
        database.close();
    }
}
