package io.diptych.postgres;

import io.diptych.projection.ChangeLog;
import io.diptych.projection.Generation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which read models keep their changes, and which of their generations does. What is said here holds for every node,
 * whatever its app says, so that no change is missing while some nodes have a newer app than others.
 *
 * <p>It is read by batches under the lock of their generation's rows, and is changed by whoever holds those of all
 * generations alone: so it holds from a batch's beginning to its end. The number is different: who adds entries locks it
 * until its commit, which makes numbers gapless and has them follow the order of the commits.
 */
final class ChangeLogTables {

    private static final Logger LOG = LoggerFactory.getLogger(ChangeLogTables.class);

    /** Tells a log from any other of the same read model: what was numbered before is not what is numbered from now on. */
    private static final String NEW_LOG = "left(replace(cast(gen_random_uuid() as text), '-', ''), 12)";

    private final String schema;
    private final String logs;

    ChangeLogTables(String schema) {
        this.schema = schema;
        this.logs = Names.qualified(schema, Schema.CHANGE_LOGS);
    }

    /** Make what is missing. */
    List<String> definitions() {
        String of = "read_model text collate \"C\"";
        return List.of(
                "create table if not exists " + logs + " (" + of + " primary key, generation integer not null,"
                        + " log text not null, number bigint not null, floor bigint not null,"
                        + " recording boolean not null, published boolean not null,"
                        + " kept_seconds bigint not null, max_entries integer not null,"
                        + " copying text, copied_to text)",
                "create table if not exists " + Names.qualified(schema, Schema.CHANGES) + " (" + of
                        + ", number bigint, at timestamptz not null default now(), row_key text not null,"
                        + " before json, after json, primary key (read_model, number))",
                // Of which the last record on the topic, or on the way there, is no tombstone.
                "create table if not exists " + Names.qualified(schema, Schema.PUBLISHED_KEYS) + " (" + of
                        + ", row_key text collate \"C\", primary key (read_model, row_key))");
    }

    /**
     * Has the log be as the app says.
     *
     * @param known all generations of the read model, one of which serves
     */
    void ensure(Connection connection, List<Generation> known, @Nullable ChangeLog wanted) throws SQLException {
        Generation serving = serving(known);
        if (isAs(connection, serving.readModel(), wanted)) {
            return;
        }
        for (Generation generation : known) {
            try (PreparedStatement lock = connection.prepareStatement("select pg_advisory_xact_lock(?)")) {
                lock.setLong(1, RowStatements.lockNumber(schema, generation.readModel(), generation.number()));
                lock.execute();
            }
        }
        if (wanted == null) {
            execute(
                    connection,
                    "update " + logs + " set recording = false, published = false, copying = null where read_model = ?",
                    serving);
            LOG.info("{}: changes are not kept any more", serving.readModel());
        } else {
            turnOn(connection, serving, wanted);
            LOG.info(
                    "{}: changes are kept for {}, {} at most",
                    serving.readModel(),
                    wanted.keptFor(),
                    wanted.maxEntries());
        }
    }

    private boolean isAs(Connection connection, String readModel, @Nullable ChangeLog wanted) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "select published, kept_seconds, max_entries from " + logs + " where read_model = ? and recording")) {
            new Parameters(query).text(readModel);
            try (ResultSet row = query.executeQuery()) {
                boolean keeps = row.next();
                if (!keeps || wanted == null) {
                    return !keeps && wanted == null;
                }
                return row.getBoolean(1) == wanted.published()
                        && row.getLong(2) == wanted.keptFor().toSeconds()
                        && row.getInt(3) == wanted.maxEntries();
            }
        }
    }

    private void turnOn(Connection connection, Generation serving, ChangeLog wanted) throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement("insert into " + logs
                + " as l (read_model, generation, published, kept_seconds, max_entries, log, number, floor, recording,"
                + " copying) values (?, ?, ?, ?, ?, " + NEW_LOG + ", 0, 0, true, cast(? as text))"
                + " on conflict (read_model) do update set"
                + " generation = excluded.generation, recording = true, published = excluded.published,"
                + " kept_seconds = excluded.kept_seconds, max_entries = excluded.max_entries,"
                + " log = case when l.recording then l.log else excluded.log end,"
                + " floor = case when l.recording then l.floor else l.number end,"
                + " copying = case when l.published and excluded.published then l.copying else excluded.copying end,"
                + " copied_to = case when l.published and excluded.published then l.copied_to end")) {
            new Parameters(upsert)
                    .text(serving.readModel())
                    .number(serving.number())
                    .bool(wanted.published())
                    .number(wanted.keptFor().toSeconds())
                    .number(wanted.maxEntries())
                    .text(wanted.published() ? TopicCopy.ROWS : null);
            upsert.executeUpdate();
        }
    }

    /** From now on that generation's changes are kept: by whoever holds the locks of its rows and of the former's alone. */
    void serves(Connection connection, Generation next) throws SQLException {
        execute(
                connection,
                "update " + logs + " set generation = " + next.number() + ", log = " + NEW_LOG
                        + ", floor = number, copying = case when published then '" + TopicCopy.ROWS
                        + "' end, copied_to = null where read_model = ?",
                next);
    }

    private static void execute(Connection connection, String sql, Generation generation) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, generation.readModel());
            statement.executeUpdate();
        }
    }

    private static Generation serving(List<Generation> known) {
        return known.stream()
                .filter(generation -> generation.state() == Generation.State.SERVING)
                .findFirst()
                .orElseThrow();
    }
}
