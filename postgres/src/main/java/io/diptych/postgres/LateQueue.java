package io.diptych.postgres;

import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import io.diptych.projection.internal.EventTimes.Verdict;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The late events of one version of a read model, as those find and settle them who admit them to one generation. */
final class LateQueue {

    private final LateStatements sql;
    private final String readModel;
    private final int version;
    private final int generation;
    private final String events;

    /** @param events the topic that they come from */
    LateQueue(LateStatements sql, String readModel, int version, int generation, String events) {
        this.sql = sql;
        this.readModel = readModel;
        this.version = version;
        this.generation = generation;
        this.events = events;
    }

    /** The first parameters of most statements. */
    Parameters of(PreparedStatement statement) throws SQLException {
        return new Parameters(statement).text(readModel).number(version);
    }

    /** Late events with what is to be folded: for each window a record that names it. */
    record Found(long id, int partition, long offset, List<LogRecord> records) {}

    /** What was admitted after these rows had left it out. */
    List<Found> admitted(Connection connection, int limit) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql.admitted())) {
            new Parameters(query).text(readModel).number(generation).number(limit);
            return found(query, Long.MAX_VALUE);
        }
    }

    /**
     * What nothing was said of yet, in order.
     *
     * @param bytes ends the list when so many are reached
     */
    List<Found> waiting(Connection connection, long after, int limit, long bytes) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql.waiting())) {
            of(query).number(after).number(limit);
            query.setFetchSize(100);
            return found(query, bytes);
        }
    }

    private List<Found> found(PreparedStatement query, long bytes) throws SQLException {
        var all = new ArrayList<Found>();
        try (ResultSet row = query.executeQuery()) {
            long seen = 0;
            while (seen < bytes && row.next()) {
                long id = row.getLong(1);
                int partition = row.getInt(2);
                long offset = row.getLong(3);
                List<Header> headers = HeaderBytes.decode(row.getBytes(4));
                byte[] payload = row.getBytes(5);
                seen += payload == null ? 0 : payload.length;
                List<LogRecord> records = LateTable.starts(row.getString(6))
                        .map(start -> (LogRecord) new WaitingLetter(
                                id, "late", events, partition, offset, inWindow(headers, start), payload))
                        .toList();
                all.add(new Found(id, partition, offset, records));
            }
        }
        return all;
    }

    private static List<Header> inWindow(List<Header> headers, Instant start) {
        var all = new ArrayList<>(headers);
        all.add(Header.text(Headers.WINDOW, start.toString()));
        return all;
    }

    /** Says it of these events, in all versions. @param reason null for one that is admitted */
    int settle(Connection connection, List<Found> late, Verdict verdict, String by, @Nullable String reason)
            throws SQLException {
        var numbers = new ArrayList<Long>();
        try (PreparedStatement settle = connection.prepareStatement(sql.settle())) {
            new Parameters(settle)
                    .text(LateRows.text(verdict))
                    .text(by)
                    .text(reason)
                    .text(readModel)
                    .array("int4", late.stream().map(Found::partition).toArray(Integer[]::new))
                    .array("int8", late.stream().map(Found::offset).toArray(Long[]::new));
            try (ResultSet row = settle.executeQuery()) {
                while (row.next()) {
                    numbers.add(row.getLong(1));
                }
            }
        }
        if (verdict == Verdict.ADMITTED) {
            try (PreparedStatement admit = connection.prepareStatement(sql.admit())) {
                new Parameters(admit)
                        .array("int8", numbers.toArray(Long[]::new))
                        .number(generation);
                admit.executeUpdate();
            }
        }
        return late.size();
    }
}
