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
import java.util.List;

/**
 * Records that are to go to Kafka since the transaction that wrote them was committed. They are in the order in which they
 * were written; of records that the same lock guards, that is the order of the commits. Each leaves at least once, and
 * twice only after a failure between sending and deleting.
 */
final class Outbox implements OutgoingRecords {

    private final Database database;
    private final String schema;
    private final String table;
    private final long lock;

    Outbox(Database database, String schema) {
        this.database = database;
        this.schema = schema;
        this.table = Names.qualified(schema, Schema.OUTBOX);
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

    @Override
    public int send(int limit, Sender sender) {
        try {
            return database.inTransaction(connection -> mine(connection) ? send(connection, limit, sender) : 0);
        } catch (SQLException e) {
            throw new StoreUnavailableException(
                    "The outbox of [" + schema + "] cannot be read now: " + Failures.inOneLine(e), e);
        }
    }

    /** One node at a time, or the order would be lost. */
    private boolean mine(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select pg_try_advisory_xact_lock(" + lock + ") and exists" + " (select from " + table + ")")) {
            return row.next() && row.getBoolean(1);
        }
    }

    private int send(Connection connection, int limit, Sender sender) throws SQLException {
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
        try (PreparedStatement delete =
                connection.prepareStatement("delete from " + table + " where place = any (?)")) {
            new Parameters(delete).array("int8", places.toArray(Long[]::new));
            delete.executeUpdate();
        }
        return records.size();
    }
}
