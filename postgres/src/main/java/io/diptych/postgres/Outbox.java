package io.diptych.postgres;

import io.diptych.message.NewRecord;
import io.diptych.message.internal.OutgoingRecords;
import io.diptych.projection.internal.RowStore.StoreUnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * Records that are to go to Kafka since the transaction that wrote them was committed. They are in the order in which they
 * were written; of records that the same lock guards, that is the order of the commits. Each leaves at least once, and
 * twice only after a failure between sending and deleting.
 */
final class Outbox implements OutgoingRecords {

    private static final String NO_HEADERS = "'\\x" + HexFormat.of().formatHex(HeaderBytes.encode(List.of())) + "'";

    private final Database database;
    private final String schema;
    private final String table;
    private final String senders;
    private final String me = UUID.randomUUID().toString();
    private final TopicCopy copy;
    private final long lock;

    Outbox(Database database, String schema, TopicCopy copy) {
        this.database = database;
        this.schema = schema;
        this.copy = copy;
        this.table = Names.qualified(schema, Schema.OUTBOX);
        this.senders = Names.qualified(schema, Schema.OUTBOX_SENDER);
        this.lock = Names.hash("outbox", schema);
    }

    /** Adds records within somebody's transaction. */
    void add(Connection connection, List<NewRecord> records) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into " + table + " (topic, record_key, headers, value) select * from unnest(?, ?, ?, ?)")) {
            new Parameters(insert)
                    .array("text", records.stream().map(NewRecord::topic).toArray(String[]::new))
                    .array("bytea", records.stream().map(NewRecord::key).toArray(byte[][]::new))
                    .array(
                            "bytea",
                            records.stream()
                                    .map(r -> HeaderBytes.encode(r.headers()))
                                    .toArray(byte[][]::new))
                    .array("bytea", records.stream().map(NewRecord::value).toArray(byte[][]::new));
            insert.executeUpdate();
        }
    }

    /**
     * Adds records without headers.
     *
     * @param select topic, key and value as texts, in the order in which they are to be sent, and from where
     */
    static String adding(String schema, String select) {
        return "insert into " + Names.qualified(schema, Schema.OUTBOX) + " (topic, record_key, value, headers)"
                + " select topic, convert_to(record_key, 'UTF8'), convert_to(value, 'UTF8'), " + NO_HEADERS
                + " from (select " + select + ") as r (topic, record_key, value)";
    }

    @Override
    public int send(int limit, Sender sender) {
        try {
            return database.inTransaction(connection -> isMine(connection) ? send(connection, limit, sender) : 0);
        } catch (SQLException e) {
            throw new StoreUnavailableException(
                    "The outbox of [" + schema + "] cannot be read now: " + Failures.inOneLine(e), e);
        }
    }

    /** One node at a time, or the order would be lost. */
    private boolean isMine(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_try_advisory_xact_lock(" + lock + ")")) {
            return row.next() && row.getBoolean(1);
        }
    }

    private int send(Connection connection, int limit, Sender sender) throws SQLException {
        int sent = begin(connection, sender) ? sendFirst(connection, limit, sender) : 0;
        // Only while little waits, so that it cannot grow without limit.
        boolean more = sent < limit && copy.next(connection);
        return sent + (more ? 1 : 0);
    }

    /** Whether there is anything to send; then this process is written down as the one that sends. */
    private boolean begin(Connection connection, Sender sender) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(
                "select exists (select from " + senders + " where sender = ?) from " + table + " limit 1")) {
            query.setString(1, me);
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    return false;
                }
                boolean others = !row.getBoolean(1);
                sender.begin(others);
                if (others) {
                    writeDown(connection);
                }
                return true;
            }
        }
    }

    private void writeDown(Connection connection) throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement("insert into " + senders
                + " (one_row, sender) values (true, ?) on conflict (one_row) do update set sender = excluded.sender")) {
            upsert.setString(1, me);
            upsert.executeUpdate();
        }
    }

    private int sendFirst(Connection connection, int limit, Sender sender) throws SQLException {
        var places = new ArrayList<Long>();
        var records = new ArrayList<NewRecord>();
        try (PreparedStatement query = connection.prepareStatement(
                "select place, topic, record_key, headers, value from " + table + " order by place limit ?")) {
            query.setFetchSize(100);
            new Parameters(query).number(limit);
            try (ResultSet row = query.executeQuery()) {
                long bytes = 0;
                while (bytes < MOST_BYTES && row.next()) {
                    places.add(row.getLong(1));
                    byte[] value = row.getBytes(5);
                    bytes += value == null ? 0 : value.length;
                    records.add(new NewRecord(
                            row.getString(2), null, row.getBytes(3), HeaderBytes.decode(row.getBytes(4)), value));
                }
            }
        }
        sender.send(records);
        delete(connection, places);
        return records.size();
    }

    private void delete(Connection connection, List<Long> places) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("delete from " + table + " where place = any (?)")) {
            new Parameters(delete).array("int8", places.toArray(Long[]::new));
            delete.executeUpdate();
        }
    }
}
