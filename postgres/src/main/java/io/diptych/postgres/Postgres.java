package io.diptych.postgres;

import io.diptych.App;
import io.diptych.ConfigurationException;
import io.diptych.message.MessageCodec;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.message.internal.OutgoingRecords;
import io.diptych.projection.DeadLetters;
import io.diptych.projection.Generation;
import io.diptych.projection.Generations;
import io.diptych.projection.LateEvents;
import io.diptych.projection.ReadModel;
import io.diptych.projection.ReadModelQueries;
import io.diptych.projection.Windows;
import io.diptych.projection.internal.LogEnds;
import io.diptych.projection.internal.ReadModelStore;
import io.diptych.projection.internal.RowJson;
import io.diptych.projection.internal.RowStore;
import io.diptych.projection.internal.RowStore.StoreUnavailableException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * An app's read models in PostgreSQL: a schema with the app's name, in it a table per generation of a read
 * model, a view of the one that serves, and the positions.
 * Safe for many threads and many processes at once. Connects when first used and goes on by itself after the database
 * was away.
 */
public final class Postgres implements AutoCloseable {

    private final App app;
    private final RowJson json;
    private final LetterStatements letterStatements;
    private final LateStatements lateStatements;
    private final Outbox outbox;
    private final GenerationParts.Factory parts;
    private final Map<ReadModel<?, ?>, RowMapping<?>> mappings = new LinkedHashMap<>();
    private final Schema schema;
    private final Database database;
    private final Serving serving;
    private final PostgresGenerations generations;
    private final ChangeLogPruning pruning;
    private final ProgressFeed feed;
    private final Waiters waiters = new Waiters();
    private final OwnQueries ownQueries;
    private final PostgresQueries queries;

    private Postgres(App app, PostgresSettings settings, LogEnds ends, RowJson json) {
        this.app = app;
        this.json = json;
        var newest = new LinkedHashMap<ReadModel<?, ?>, RowMapping<?>>();
        app.readModels().forEach(model -> newest.put(model, RowMapping.of(model)));
        var former = new LinkedHashMap<ReadModel<?, ?>, RowMapping<?>>();
        app.formerReadModels().forEach(model -> former.put(model, RowMapping.of(model)));
        mappings.putAll(newest);
        mappings.putAll(former);
        schema = new Schema(app.name(), newest, former);
        database = new Database(app.name(), settings);
        letterStatements = new LetterStatements(app.name());
        lateStatements = new LateStatements(app.name());
        outbox = new Outbox(database, app.name(), new TopicCopy(app.name(), json));
        parts = new GenerationParts.Factory(app.name(), json, letterStatements, lateStatements, outbox);
        serving = new Serving(app.name(), app.readModels(), mappings);
        feed = new ProgressFeed(database, app.name(), () -> {
            serving.forget();
            waiters.wakeAll();
        });
        feed.add(waiters::wake);
        ownQueries = new OwnQueries(
                app.name(),
                app.queries(),
                newest.values().stream().map(RowMapping::shape).toList());
        var staleness = new Staleness(ends);
        var own = new OwnAnswers(database, app.name(), ownQueries, serving, waiters, staleness);
        var streams = new RowStreams(database, app.name(), serving, waiters, json, settings.poolSize());
        queries = new PostgresQueries(database, app.name(), serving, waiters, staleness, own, streams);
        pruning = new ChangeLogPruning(database, app.name());
        generations = new PostgresGenerations(database, app.name(), schema, newest);
    }

    /**
     * Reads the row records, of read models that do not keep their changes. The database may be away.
     *
     * @throws ConfigurationException when a row record or a name cannot stand in PostgreSQL, or changes are to be kept
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
        for (ReadModel<?, ?> model : app.readModels()) {
            Windows windows = model.windows();
            if (model.changeLog() != null || windows != null && windows.publishing()) {
                throw new ConfigurationException(
                        "The read model [" + model.name()
                                + "] keeps its changes or publishes its windows: open the database with what writes rows as JSON");
            }
        }
        return open(app, settings, ends, fields -> {
            throw new IllegalStateException("The database was opened without what writes rows as JSON");
        });
    }

    /**
     * The same, for read models that keep their changes as well.
     *
     * @param json how changed rows are written
     */
    public static Postgres open(App app, PostgresSettings settings, LogEnds ends, RowJson json) {
        return new Postgres(app, settings, ends, json);
    }

    /**
     * Makes what is missing of schema, tables and indexes, and compares the tables that are there with the records, and
     * the app's own queries with theirs.
     * May be called by several nodes at once.
     *
     * @throws ConfigurationException naming what differs, and the way out
     * @throws StoreUnavailableException when the database is away
     */
    public void ensureSchema() {
        try {
            schema.ensure(database);
            ownQueries.check(database);
        } catch (SQLException e) {
            throw new StoreUnavailableException(
                    "The schema [" + app.name() + "] cannot be made ready now: " + Failures.inOneLine(e), e);
        }
    }

    /** The generations and what an operator does with them. */
    public Generations generations() {
        return generations;
    }

    /** What the projections write to. */
    public ReadModelStore store() {
        return new ReadModelStore() {
            @Override
            public List<Generation> generations() {
                try {
                    return generations.all();
                } catch (ProblemException e) {
                    throw new StoreUnavailableException(e.problem().detail(), e);
                }
            }

            @Override
            public boolean takeOver(Generation filling) {
                return generations.takeOver(filling);
            }

            @Override
            public void tidy() {
                generations.tidy();
                pruning.prune();
            }

            @Override
            public <R> RowStore<R> rows(ReadModel<?, R> model, int generation) {
                return new PostgresRowStore<>(database, parts(model, generation), generation, waiters::wake);
            }
        };
    }

    @SuppressWarnings("unchecked") // a mapping was made from its model
    private <R> RowMapping<R> mapping(ReadModel<?, R> model) {
        RowMapping<?> mapping = mappings.get(model);
        if (mapping == null) {
            throw new IllegalArgumentException(
                    "The app [" + app.name() + "] does not have the read model [" + model.name() + "]: add it first");
        }
        return (RowMapping<R>) mapping;
    }

    private <R> GenerationParts<R> parts(ReadModel<?, R> model, int generation) {
        return parts.of(model, mapping(model), generation);
    }

    /** Finds how events of an aggregate are read. */
    public interface Codecs {
        <E> MessageCodec<E> of(Class<E> family);
    }

    /** The dead letters of the app's read models. */
    public DeadLetters deadLetters(Codecs codecs) {
        return new PostgresDeadLetters(
                database,
                letterStatements,
                new PerGeneration<>(generations, app, (model, number) -> retry(model, number, codecs)));
    }

    private <E, R> LetterRetry<E, R> retry(ReadModel<E, R> model, int generation, Codecs codecs) {
        return new LetterRetry<>(
                database,
                parts(model, generation),
                model,
                codecs.of(model.aggregate().eventType()));
    }

    /** The late events of the app's read models over windows. */
    public LateEvents lateEvents(Codecs codecs) {
        List<String> windowed = app.readModels().stream()
                .filter(model -> model.windows() != null)
                .map(ReadModel::name)
                .toList();
        return new PostgresLateEvents(
                database,
                lateStatements,
                windowed,
                new PerGeneration<>(generations, app, (model, number) -> admission(model, number, codecs)));
    }

    private <E, R> LateAdmission<E, R> admission(ReadModel<E, R> model, int generation, Codecs codecs) {
        GenerationParts<R> own = parts(model, generation);
        if (own.windows() == null) {
            throw Problem.Type.NOT_FOUND.exception(
                    "The read model [" + model.name() + "] has no windows of event time, so nothing is late for it");
        }
        return new LateAdmission<>(
                retry(model, generation, codecs),
                own.windows(),
                own.table(),
                model,
                codecs.of(model.aggregate().eventType()));
    }

    /** What was written in the read models' transactions and is to go to Kafka. */
    public OutgoingRecords outbox() {
        return outbox;
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

    /** Whether queries see that move, as far as this node knows: the rows it was made in serve. */
    public boolean serves(Progress move) {
        return serving.mayBe(move.readModel(), move.generation());
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
