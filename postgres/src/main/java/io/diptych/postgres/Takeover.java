package io.diptych.postgres;

import io.diptych.projection.Generation;
import io.diptych.projection.Generation.State;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Puts one generation in the place of another, in the moment in which it is nowhere behind it: what a query has seen, or
 * a token stands for, is in the new rows as well.
 */
final class Takeover {

    /** Events that may be missing when it is worth holding up the generation that serves. */
    private static final int NEAR = 2_000;

    /** For that long batches of the generation that serves are held up, at most. Queries are not. */
    private static final Duration HOLD = Duration.ofSeconds(1);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(5);

    private final String schema;
    private final Tables tables;
    private final GenerationTable generations;
    private final ChangeLogTables changeLogs;

    Takeover(String schema, Tables tables, GenerationTable generations) {
        this.schema = schema;
        this.tables = tables;
        this.generations = generations;
        this.changeLogs = new ChangeLogTables(schema);
    }

    /** Whether it has nearly caught up with the generation that serves. */
    boolean isNear(Connection connection, Generation generation) throws SQLException {
        for (Generation other : generations.of(connection, generation.readModel())) {
            if (other.state() == State.SERVING) {
                return behind(connection, generation, other) <= NEAR
                        && !parksMore(connection, generation, other)
                        && !lacksAdmitted(connection, generation);
            }
        }
        return false;
    }

    /** Waits a moment for it to catch up, and puts it in place; or changes nothing. */
    boolean attempt(Connection connection, Generation next, Generation former) throws SQLException {
        if (behind(connection, next, former) > NEAR) {
            return false;
        }
        holdUp(connection, former);
        long deadline = System.nanoTime() + HOLD.toNanos();
        while (behind(connection, next, former) > 0) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        }
        if (next.state() == State.FILLING && parksMore(connection, next, former)) {
            return false;
        }
        // A batch of it that has begun does not keep its changes: it must end before they are to be kept.
        holdUp(connection, next);
        if (lacksAdmitted(connection, next)) {
            return false;
        }
        generations.set(connection, former, State.KEPT);
        generations.set(connection, next, State.SERVING);
        changeLogs.serves(connection, next);
        tables.show(connection, generations.shape(connection, next), next.number());
        return true;
    }

    /** Until the end of the transaction there is no batch of it. */
    private void holdUp(Connection connection, Generation generation) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_advisory_xact_lock("
                    + RowStatements.lockNumber(schema, generation.readModel(), generation.number()) + ")");
        }
    }

    /** Whether keys are parked in it that are not in the other: queries would see older rows of these. */
    private boolean parksMore(Connection connection, Generation generation, Generation other) throws SQLException {
        String keys = "select row_key from " + Names.qualified(schema, Schema.PARKED_KEYS)
                + " where read_model = ? and generation = ?";
        try (PreparedStatement query =
                connection.prepareStatement("select exists (" + keys + " except " + keys + ")")) {
            new Parameters(query)
                    .text(generation.readModel())
                    .number(generation.number())
                    .text(other.readModel())
                    .number(other.number());
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    /** Whether late events were admitted that it has left out and not folded yet. */
    private boolean lacksAdmitted(Connection connection, Generation generation) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select exists (select from "
                + Names.qualified(schema, Schema.ADMITTED) + " where read_model = ? and generation = ?)")) {
            new Parameters(query).text(generation.readModel()).number(generation.number());
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    /** Offsets by which it is behind the other, over all partitions. */
    private long behind(Connection connection, Generation generation, Generation other) throws SQLException {
        String positions = Names.qualified(schema, Schema.POSITIONS);
        try (PreparedStatement query = connection.prepareStatement(
                "select coalesce(sum(greatest(o.next_offset - coalesce(g.next_offset, 0), 0)), 0) from " + positions
                        + " o left join " + positions + " g on g.read_model = o.read_model and g.generation = ?"
                        + " and g.partition = o.partition where o.read_model = ? and o.generation = ?")) {
            query.setInt(1, generation.number());
            query.setString(2, generation.readModel());
            query.setInt(3, other.number());
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }
}
