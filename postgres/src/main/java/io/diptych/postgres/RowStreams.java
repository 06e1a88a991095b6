package io.diptych.postgres;

import io.diptych.message.Problem;
import io.diptych.postgres.ChangePage.Found;
import io.diptych.postgres.ChangePage.Place;
import io.diptych.postgres.Serving.Rows;
import io.diptych.projection.Filter;
import io.diptych.projection.RowStream;
import io.diptych.projection.internal.RowJson;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Opens streams, and reads for them: a few at a time, so that however many there are, queries find a connection. */
final class RowStreams {

    private final Database database;
    private final String schema;
    private final Serving serving;
    private final Waiters waiters;
    private final RowJson json;
    private final Semaphore reading;

    /** @param connections that there are for queries and streams together */
    RowStreams(Database database, String schema, Serving serving, Waiters waiters, RowJson json, int connections) {
        this.database = database;
        this.schema = schema;
        this.serving = serving;
        this.waiters = waiters;
        this.json = json;
        this.reading = new Semaphore(Math.max(1, connections / 4), true);
    }

    RowJson json() {
        return json;
    }

    RowStream open(String readModel, @Nullable String key, List<Filter> filters, @Nullable String lastId) {
        var asked = new Asked(readModel, key, filters);
        try {
            asked.matching(serving.of(readModel, database));
        } catch (SQLException e) {
            throw Failures.ofQuery(e);
        }
        return new PostgresRowStream(this, asked, waiters.register(readModel), lastId);
    }

    /** Which rows a stream shows. */
    record Asked(String readModel, @Nullable String key, List<Filter> filters) {

        /** @throws io.diptych.message.ProblemException when there is no such field, or a value does not fit it */
        Conditions matching(Rows rows) {
            var conditions = new Conditions();
            if (key != null) {
                conditions.equal(rows.shape().key(), key);
            }
            filters.forEach(filter -> conditions.add(rows.shape(), filter));
            return conditions;
        }
    }

    /** What was found, and of which rows. */
    record Read(Rows rows, ChangePage.Head head, Found found) {}

    /** Reads what comes after that place of the rows that serve. */
    Read read(Asked asked, Place place) throws InterruptedException {
        reading.acquire();
        try {
            Read read = attempt(asked, place);
            if (read == null) {
                serving.forget();
                read = attempt(asked, place);
            }
            if (read == null) {
                throw Problem.Type.UNAVAILABLE.exception(
                        "Other rows of read model [" + asked.readModel() + "] have just come to serve: try again");
            }
            return read;
        } catch (SQLException e) {
            throw Failures.ofQuery(e);
        } finally {
            reading.release();
        }
    }

    /** Null when other rows serve than was known. */
    private @Nullable Read attempt(Asked asked, Place place) throws SQLException {
        Rows rows = serving.of(asked.readModel(), database);
        var page = new ChangePage(schema, rows, asked.matching(rows));
        Found found;
        try (Connection connection = database.read()) {
            found = page.read(connection, place);
        } catch (SQLException e) {
            if (Failures.isOfTheSchema(e)) {
                return null;
            }
            throw e;
        }
        if (found.head() == null) {
            throw Problem.Type.NOT_WATCHED.exception("The read model [" + asked.readModel()
                    + "] does not keep its changes, so it cannot be watched: give it .withChangeLog(ChangeLog.DEFAULT)"
                    + " in the app, and deploy that");
        }
        return found.head().generation() == rows.generation() ? new Read(rows, found.head(), found) : null;
    }
}
