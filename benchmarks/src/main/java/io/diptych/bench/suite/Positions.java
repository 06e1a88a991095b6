package io.diptych.bench.suite;

import io.diptych.bench.bed.Child;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/** How far the generations of a read model are, from the table in which they say so themselves. */
final class Positions implements AutoCloseable {

    private final Connection connection;
    private final String schema;
    private final String readModel;

    Positions(String jdbcUrl, String schema, String readModel) throws SQLException {
        this.connection = DriverManager.getConnection(jdbcUrl);
        this.schema = schema;
        this.readModel = readModel;
    }

    /** Of all partitions together. */
    long sum(int generation) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select coalesce(sum(next_offset), 0) from "
                + schema + ".diptych_positions where read_model = ? and generation = ?")) {
            statement.setString(1, readModel);
            statement.setInt(2, generation);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /**
     * Waits until the generation has seen so many events; returns how many it has seen then.
     *
     * @param node which is to see them; fails when it has ended
     */
    long await(int generation, long atLeast, Duration patience, long lookEveryMillis, Child node)
            throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            long sum = sum(generation);
            if (sum >= atLeast) {
                return sum;
            }
            node.requireAlive();
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("After " + patience.toMinutes() + " minutes generation " + generation
                        + " is at " + sum + " of " + atLeast + " events");
            }
            Thread.sleep(lookEveryMillis);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
