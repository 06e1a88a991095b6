package io.diptych.postgres;

import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import io.diptych.projection.DeadLetters.Cause;
import io.diptych.projection.internal.NewLetter;
import io.diptych.projection.internal.NewLetter.Failure;
import io.diptych.projection.internal.RowStore.Parked;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads and writes what is parked of one read model, within somebody's transaction. */
final class LetterTable {

    private final LetterStatements sql;
    private final Outbox outbox;
    private final String readModel;
    private final int generation;
    private final String topic;
    private final String events;

    /**
     * @param topic to which letters are published
     * @param events the topic that they come from
     */
    LetterTable(LetterStatements sql, Outbox outbox, String readModel, int generation, String topic, String events) {
        this.sql = sql;
        this.outbox = outbox;
        this.readModel = readModel;
        this.generation = generation;
        this.topic = topic;
        this.events = events;
    }

    /** The first parameters of every statement on letters. */
    Parameters of(Parameters parameters) throws SQLException {
        return parameters.text(readModel).number(generation);
    }

    /** The same of statements on all generations. */
    Parameters ofAll(Parameters parameters) throws SQLException {
        return parameters.text(readModel);
    }

    private Parameters of(PreparedStatement statement) throws SQLException {
        return of(new Parameters(statement));
    }

    /**
     * What concerns a batch.
     *
     * @param some what {@link LetterStatements#someParked} gave
     * @param names of all that a batch may change
     */
    Parked parked(Connection connection, Parked some, Supplier<Set<String>> names) throws SQLException {
        return some.keys().size() <= LetterStatements.SOME ? some : parkedAmong(connection, names.get());
    }

    Parked parkedAmong(Connection connection, Collection<String> names) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql.parkedAmong())) {
            of(new Parameters(query).texts(names));
            return parked(query.executeQuery());
        }
    }

    /** All of a result. */
    static Parked parked(ResultSet result) throws SQLException {
        try (result) {
            if (!result.next()) {
                return Parked.NONE;
            }
            var keys = new HashSet<String>();
            var aggregates = new HashSet<String>();
            do {
                keys.add(result.getString(1));
                if (result.getBoolean(2)) {
                    aggregates.add(result.getString(1));
                }
            } while (result.next());
            return new Parked(keys, aggregates);
        }
    }

    /** Has the events wait, and be published. */
    void insert(Connection connection, List<NewLetter> letters) throws SQLException {
        if (letters.isEmpty()) {
            return;
        }
        park(connection, letters);
        try (PreparedStatement insert = connection.prepareStatement(sql.insert())) {
            Parameters parameters = of(insert)
                    .array("text", texts(letters, NewLetter::key))
                    .array(
                            "int4",
                            letters.stream().map(l -> l.event().partition()).toArray(Integer[]::new))
                    .array("int8", letters.stream().map(l -> l.event().offset()).toArray(Long[]::new))
                    .array("text", texts(letters, l -> header(l.event(), Headers.ID)))
                    .array("text", texts(letters, l -> header(l.event(), Headers.TYPE)))
                    .array(
                            "bytea",
                            letters.stream()
                                    .map(l -> HeaderBytes.encode(l.event().headers()))
                                    .toArray(byte[][]::new))
                    .array("bytea", letters.stream().map(l -> l.event().value()).toArray(byte[][]::new));
            failures(parameters, letters);
            insert.executeUpdate();
        }
        outbox.add(
                connection,
                letters.stream()
                        .map(letter -> DeadLetterRecords.of(topic, generation, letter))
                        .toList());
    }

    /** A header for people, without what a text cannot hold. */
    static @Nullable String header(LogRecord event, String name) {
        String text = event.text(name);
        return text == null ? null : text.replace('\0', '\uFFFD');
    }

    private static Parameters failures(Parameters parameters, List<NewLetter> letters) throws SQLException {
        return parameters
                .array(
                        "text",
                        texts(
                                letters,
                                l -> l.failure() == null
                                        ? Cause.WAITS.slug()
                                        : l.failure().cause().slug()))
                .array(
                        "text",
                        texts(
                                letters,
                                l -> l.failure() == null ? null : l.failure().error()))
                .array(
                        "text",
                        texts(
                                letters,
                                l -> l.failure() == null ? null : l.failure().stack()))
                .array("int4", letters.stream().map(LetterTable::attempts).toArray(Integer[]::new));
    }

    private static int attempts(NewLetter letter) {
        Failure failure = letter.failure();
        return failure == null ? 0 : failure.attempts();
    }

    private static @Nullable Object[] texts(List<NewLetter> letters, Function<NewLetter, @Nullable String> of) {
        return letters.stream().map(of).toArray(String[]::new);
    }

    private void park(Connection connection, List<NewLetter> letters) throws SQLException {
        Map<String, Boolean> keys = new LinkedHashMap<>();
        letters.forEach(letter -> keys.merge(letter.key(), letter.wholeAggregate(), Boolean::logicalOr));
        try (PreparedStatement insert = connection.prepareStatement(sql.park())) {
            of(insert).texts(keys.keySet()).array("bool", keys.values().toArray(Boolean[]::new));
            insert.executeUpdate();
        }
    }

    /**
     * The first letters of these keys, of each key in order.
     *
     * @param bytes ends the list when so many are reached
     */
    List<WaitingLetter> toApply(Connection connection, Collection<String> keys, int limit, long bytes)
            throws SQLException {
        var letters = new ArrayList<WaitingLetter>();
        try (PreparedStatement query = connection.prepareStatement(sql.toApply())) {
            of(query).texts(keys).number(limit);
            query.setFetchSize(100);
            try (ResultSet row = query.executeQuery()) {
                long seen = 0;
                while (seen < bytes && row.next()) {
                    byte[] payload = row.getBytes(6);
                    seen += payload == null ? 0 : payload.length;
                    letters.add(new WaitingLetter(
                            row.getLong(1),
                            row.getString(2),
                            events,
                            row.getInt(3),
                            row.getLong(4),
                            HeaderBytes.decode(row.getBytes(5)),
                            payload));
                }
            }
        }
        return letters;
    }

    /** They were applied. */
    void delete(Connection connection, List<WaitingLetter> letters) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(sql.delete())) {
            of(delete).array("int8", letters.stream().map(WaitingLetter::id).toArray(Long[]::new));
            delete.executeUpdate();
        }
    }

    /** They still wait, perhaps for another key: its events could not be told from the aggregate's before. */
    void stillWait(Connection connection, List<NewLetter> letters) throws SQLException {
        if (letters.isEmpty()) {
            return;
        }
        park(connection, letters);
        try (PreparedStatement update = connection.prepareStatement(sql.failedAgain())) {
            Long[] ids = letters.stream()
                    .map(letter -> ((WaitingLetter) letter.event()).id())
                    .toArray(Long[]::new);
            failures(of(update).array("int8", ids).array("text", texts(letters, NewLetter::key)), letters);
            update.executeUpdate();
        }
    }

    /** Those of which nothing waits are parked no more; returns them. */
    Set<String> free(Connection connection, Collection<String> keys) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(sql.free())) {
            of(delete).texts(keys);
            return new HashSet<>(LetterRows.strings(delete));
        }
    }
}
