package io.diptych.bench.load;

import io.diptych.bench.bed.Child;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Looks at somebody's table of orders, past whoever keeps it: all have the columns that are named here. */
public final class OrderTable implements AutoCloseable {

    /** What orders add up to: each has a version for each of its events. */
    public record Sums(long orders, long versions, long units) {}

    private static final long LOOKS_EVERY_MILLIS = 50;

    private final Connection connection;
    private final String table;

    /** With the schema, if it has one. */
    public OrderTable(String jdbcUrl, String table) throws SQLException {
        this.connection = DriverManager.getConnection(jdbcUrl);
        this.table = table;
    }

    /** All orders whose ids begin so. */
    public Sums sums(String prefix) throws SQLException {
        String sql = "select count(*), coalesce(sum(version), 0), coalesce(sum(quantity), 0) from " + table
                + " where order_id like ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, prefix + "%");
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Sums(row.getLong(1), row.getLong(2), row.getLong(3));
            }
        }
    }

    /** Fails unless they add up to that. */
    public void require(String prefix, Sums expected) throws SQLException {
        Sums sums = sums(prefix);
        if (!sums.equals(expected)) {
            throw new IllegalStateException("The orders [" + prefix + "…] in [" + table + "] add up to " + sums
                    + ", not to " + expected + " as there should be");
        }
    }

    /** Waits until they have seen as many events as that, and fails unless they add up to it. */
    public void await(String prefix, Sums expected, Duration patience, Child process)
            throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (sums(prefix).versions() < expected.versions() && System.nanoTime() < deadline) {
            process.requireAlive();
            Thread.sleep(LOOKS_EVERY_MILLIS);
        }
        require(prefix, expected);
    }

    /** Of those orders, the ones that are there in that version or a later one. */
    public List<String> visible(Collection<String> orders, long version) throws SQLException {
        var found = new ArrayList<String>();
        String sql = "select order_id from " + table + " where order_id = any(?) and version >= ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, connection.createArrayOf("text", orders.toArray()));
            statement.setLong(2, version);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
        }
        return found;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
