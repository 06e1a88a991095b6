package io.diptych.postgres;

import io.diptych.TopicNames;
import io.diptych.projection.Generation;
import io.diptych.projection.internal.RowJson;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings onto the topic of changes what no change brings there, when other rows have come to serve or publishing was
 * turned on: first all rows, then a tombstone for each key on the topic that no row has any more. Portion by portion, in
 * the order of the keys; how far it is stands in the database.
 *
 * <p>A portion is read and put into the outbox under the lock of the log of changes, which batches take before they
 * commit. So for each row the order in the outbox is that of the commits, and batches wait for as long as a portion takes.
 */
final class TopicCopy {

    private static final Logger LOG = LoggerFactory.getLogger(TopicCopy.class);

    private static final int AT_ONCE = 500;

    /** All rows. */
    static final String ROWS = "ROWS";

    /** Keys on the topic that no row has any more. */
    static final String GONE = "GONE";

    private final String schema;
    private final RowJson json;
    private final GenerationTable generations;
    private final String logs;
    private final String published;

    /** One that is not finished. */
    private record Copy(
            Generation generation, String phase, @Nullable String after) {}

    TopicCopy(String schema, RowJson json) {
        this.schema = schema;
        this.json = json;
        this.generations = new GenerationTable(schema);
        this.logs = Names.qualified(schema, Schema.CHANGE_LOGS);
        this.published = Names.qualified(schema, Schema.PUBLISHED_KEYS);
    }

    /** Puts the next portion into the outbox, within somebody's transaction; whether there was any. */
    boolean next(Connection connection) throws SQLException {
        Copy copy = unfinished(connection);
        if (copy == null) {
            return false;
        }
        Shape shape = generations.shape(connection, copy.generation());
        String last = copy.phase().equals(ROWS) ? rows(connection, copy, shape) : gone(connection, copy, shape);
        if (last != null) {
            set(connection, copy, copy.phase(), last);
        } else if (copy.phase().equals(ROWS)) {
            set(connection, copy, GONE, null);
        } else {
            set(connection, copy, null, null);
            LOG.info(
                    "{}: the topic has all rows of generation {}",
                    readModel(copy),
                    copy.generation().number());
        }
        return true;
    }

    private @Nullable Copy unfinished(Connection connection) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select read_model, generation, copying, copied_to"
                        + " from " + logs + " where copying is not null order by read_model limit 1 for update");
                ResultSet row = query.executeQuery()) {
            return row.next()
                    ? new Copy(
                            new Generation(row.getString(1), row.getInt(2), 1, Generation.State.SERVING, Instant.EPOCH),
                            row.getString(3),
                            row.getString(4))
                    : null;
        }
    }

    /** Gives the last key, or null when there was none. */
    private @Nullable String rows(Connection connection, Copy copy, Shape shape) throws SQLException {
        Column key = shape.key();
        var next = new Conditions();
        if (copy.after() != null) {
            next.add(key.quoted() + " > " + key.parameter(), List.of(copy.after()));
        }
        var keys = new ArrayList<String>();
        var values = new ArrayList<@Nullable String>();
        try (PreparedStatement query = connection.prepareStatement("select " + shape.columnList() + " from "
                + table(copy) + next.where() + " order by " + key.quoted() + " limit " + AT_ONCE)) {
            next.bind(query, 1);
            try (ResultSet result = query.executeQuery()) {
                while (result.next()) {
                    var row = shape.row(result);
                    keys.add(String.valueOf(row.get(key.field())));
                    values.add(json.write(row));
                }
            }
        }
        publish(connection, copy, keys, values);
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into " + published + " select ?, k from unnest(?) as k on conflict do nothing")) {
            new Parameters(insert).text(readModel(copy)).texts(keys);
            insert.executeUpdate();
        }
        return keys.isEmpty() ? null : keys.getLast();
    }

    private @Nullable String gone(Connection connection, Copy copy, Shape shape) throws SQLException {
        List<String> keys = publishedKeys(connection, copy);
        Set<String> there = there(connection, copy, shape.key(), keys);
        var gone = new ArrayList<String>();
        var tombstones = new ArrayList<@Nullable String>();
        for (String key : keys) {
            if (!there.contains(key)) {
                gone.add(key);
                tombstones.add(null);
            }
        }
        publish(connection, copy, gone, tombstones);
        try (PreparedStatement delete = connection.prepareStatement(
                "delete from " + published + " where read_model = ? and row_key = any (?)")) {
            new Parameters(delete).text(readModel(copy)).texts(gone);
            delete.executeUpdate();
        }
        return keys.isEmpty() ? null : keys.getLast();
    }

    private List<String> publishedKeys(Connection connection, Copy copy) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select row_key from " + published
                + " where read_model = ? and (cast(? as text) is null or row_key > ?) order by row_key limit "
                + AT_ONCE)) {
            new Parameters(query).text(readModel(copy)).text(copy.after()).text(copy.after());
            return LetterRows.strings(query);
        }
    }

    /** Those of the keys that a row has; a key of another type, of former rows, is none. */
    private Set<String> there(Connection connection, Copy copy, Column key, List<String> keys) throws SQLException {
        var written = new ArrayList<String>();
        for (String text : keys) {
            Object value = key.kind().parse(text);
            if (value != null && key.kind().written(value).equals(text)) {
                written.add(text);
            }
        }
        try (PreparedStatement query =
                connection.prepareStatement("select t." + key.quoted() + " from unnest(cast(? as "
                        + key.kind().columnType() + "[])) as k (key) join " + table(copy) + " as t on t." + key.quoted()
                        + " = k.key")) {
            new Parameters(query).texts(written);
            var there = new HashSet<String>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    there.add(String.valueOf(key.kind().published().read(row, 1)));
                }
            }
            return there;
        }
    }

    private void publish(Connection connection, Copy copy, List<String> keys, List<@Nullable String> values)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(Outbox.adding(
                schema,
                "?, r.row_key, r.value from unnest(?, ?) with ordinality as r (row_key, value, place)"
                        + " order by r.place"))) {
            new Parameters(insert)
                    .text(TopicNames.changes(schema, readModel(copy)))
                    .texts(keys)
                    .array("text", values.toArray(String[]::new));
            insert.executeUpdate();
        }
    }

    private void set(Connection connection, Copy copy, @Nullable String phase, @Nullable String last)
            throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "update " + logs + " set copying = ?, copied_to = ? where read_model = ?")) {
            new Parameters(update).text(phase).text(last).text(readModel(copy));
            update.executeUpdate();
        }
    }

    private static String readModel(Copy copy) {
        return copy.generation().readModel();
    }

    private String table(Copy copy) {
        return Names.qualified(
                schema, Names.table(readModel(copy), copy.generation().number()));
    }
}
