package io.diptych.postgres;

import io.diptych.TopicNames;
import io.diptych.projection.internal.RowJson;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Adds what a transaction changes in the rows of one generation to the read model's log of changes, in that transaction.
 * Each row is written as JSON here, once, whoever reads it afterwards.
 */
final class ChangeRecorder<R> {

    private final String schema;
    private final RowMapping<R> mapping;
    private final RowJson json;
    private final String use;
    private final String record;
    private final String publish;
    private final String count;

    /** What becomes of changes of these rows. */
    enum Use {
        NONE,
        KEPT,
        /** Kept, and on their way to the topic. */
        PUBLISHED
    }

    ChangeRecorder(String schema, RowMapping<R> mapping, int generation, RowJson json) {
        this.schema = schema;
        this.mapping = mapping;
        this.json = json;
        String logs = Names.qualified(schema, Schema.CHANGE_LOGS);
        String changes = Names.qualified(schema, Schema.CHANGES);
        use = "select l.published from " + logs + " as l where l.read_model = ? and l.generation = " + generation
                + " and l.recording";
        record = "select from " + logs + " as l where l.read_model = ? for update; insert into " + changes
                + " (read_model, number, row_key, before, after)"
                + " select l.read_model, l.number + c.place, c.row_key, cast(c.before as json), cast(c.after as json)"
                + " from unnest(?, ?, ?) with ordinality as c (row_key, before, after, place), " + logs + " as l"
                + " where l.read_model = ?";
        String those = " from " + logs + " as l join " + changes
                + " as c on c.read_model = l.read_model and c.number > l.number";
        String published = Names.qualified(schema, Schema.PUBLISHED_KEYS);
        publish = Outbox.adding(
                        schema,
                        "?, c.row_key, cast(c.after as text)" + those + " where l.read_model = ? order by c.number")
                + "; insert into " + published + " select c.read_model, c.row_key" + those
                + " where l.read_model = ? and c.after is not null and (c.before is null or l.copying is not null)"
                + " on conflict do nothing; delete from " + published + " as p using " + logs + " as l, " + changes
                + " as c where l.read_model = ? and c.read_model = l.read_model and c.number > l.number"
                + " and c.after is null and p.read_model = c.read_model and p.row_key = c.row_key";
        count = "update " + logs + " set number = number + ? where read_model = ?";
    }

    /** Parameters: read model. Under the lock of the rows, so that it holds to the end of the transaction. */
    String use() {
        return use;
    }

    /** Of a result of {@link #use}, which is closed. */
    static Use use(ResultSet result) throws SQLException {
        try (result) {
            return !result.next() ? Use.NONE : result.getBoolean(1) ? Use.PUBLISHED : Use.KEPT;
        }
    }

    /** Parameters: those of {@link #bind}. Locks the number until the end of the transaction. */
    String record(Use use) {
        return record + "; " + (use == Use.PUBLISHED ? publish + "; " : "") + count;
    }

    void bind(Parameters parameters, Use use, Changes<R> changes) throws SQLException {
        int size = changes.all().size();
        var keys = new String[size];
        var before = new @Nullable String[size];
        var after = new @Nullable String[size];
        for (int i = 0; i < size; i++) {
            Changes.Change<R> change = changes.all().get(i);
            keys[i] = mapping.key().kind().written(change.key());
            before[i] = written(change.before());
            after[i] = written(change.after());
        }
        parameters
                .text(mapping.readModel())
                .array("text", keys)
                .array("text", before)
                .array("text", after)
                .text(mapping.readModel());
        if (use == Use.PUBLISHED) {
            parameters
                    .text(TopicNames.changes(schema, mapping.readModel()))
                    .text(mapping.readModel())
                    .text(mapping.readModel())
                    .text(mapping.readModel());
        }
        parameters.number(size).text(mapping.readModel());
    }

    private @Nullable String written(@Nullable R row) {
        return row == null ? null : json.write(mapping.fields(row));
    }

    /** Does it apart from a batch, which tells of its positions, if changes are kept; under the lock of the rows. */
    void recordAndTell(Connection connection, Changes<R> changes) throws SQLException {
        Use now = changes.all().isEmpty() ? Use.NONE : use(connection);
        if (now == Use.NONE) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(record(now))) {
            bind(new Parameters(statement), now, changes);
            statement.execute();
        }
        ProgressFeed.haveAllLookAgain(connection, schema);
    }

    private Use use(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(use)) {
            new Parameters(query).text(mapping.readModel());
            return use(query.executeQuery());
        }
    }
}
