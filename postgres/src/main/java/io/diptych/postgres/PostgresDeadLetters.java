package io.diptych.postgres;

import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.projection.DeadLetters;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Dead letters in PostgreSQL: lists them, and has them retried, edited and discarded. */
final class PostgresDeadLetters implements DeadLetters {

    private static final int KEYS_AT_ONCE = 100;
    private static final int SHOWN_FAILURES = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Database database;
    private final LetterStatements sql;
    private final PerGeneration<LetterRetry<?, ?>> retries;

    PostgresDeadLetters(Database database, LetterStatements sql, PerGeneration<LetterRetry<?, ?>> retries) {
        this.database = database;
        this.sql = sql;
        this.retries = retries;
    }

    @Override
    public List<Depth> depths() {
        return reading(sql.depths(), query -> {
            var depths = new ArrayList<Depth>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    depths.add(LetterRows.depth(row));
                }
            }
            return depths;
        });
    }

    @Override
    public Page<ParkedKey> keys(String readModel, int limit, @Nullable String cursor) {
        LetterTable letters = retries.require(readModel).letters();
        return reading(sql.keysWithFirst(), query -> {
            letters.of(new Parameters(query)).text(cursor == null ? "" : cursor).number(limit + 1);
            return page(query, limit, LetterRows::parkedKey, ParkedKey::key);
        });
    }

    @Override
    public Page<Letter> letters(String readModel, String key, int limit, @Nullable String cursor) {
        LetterTable letters = retries.require(readModel).letters();
        long after = cursor == null ? 0 : number(cursor);
        return reading(sql.ofKey(), query -> {
            letters.of(new Parameters(query)).text(key).number(after).number(limit + 1);
            return page(query, limit, row -> LetterRows.letter(row, 1, null), letter -> Long.toString(letter.id()));
        });
    }

    @Override
    public Page<Letter> discarded(String readModel, int limit, @Nullable String cursor) {
        LetterTable letters = retries.require(readModel).letters();
        long before = cursor == null ? Long.MAX_VALUE : number(cursor);
        return reading(sql.listDiscarded(), query -> {
            letters.ofAll(new Parameters(query)).number(before).number(limit + 1);
            return page(
                    query,
                    limit,
                    row -> LetterRows.letter(row, 1, LetterRows.discarded(row, LetterRows.SHOWN + 1)),
                    letter -> Long.toString(letter.id()));
        });
    }

    @Override
    public Detail find(String readModel, long id) {
        LetterTable letters = retries.require(readModel).letters();
        for (boolean discarded : List.of(false, true)) {
            Optional<Detail> found = reading(discarded ? sql.findDiscarded() : sql.find(), query -> {
                var parameters = new Parameters(query);
                (discarded ? letters.ofAll(parameters) : letters.of(parameters)).number(id);
                try (ResultSet row = query.executeQuery()) {
                    return row.next() ? Optional.of(LetterRows.detail(row, discarded)) : Optional.empty();
                }
            });
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw missing(readModel, "letter [" + id + "]");
    }

    @Override
    public Retried retry(String readModel, String key, boolean preview) {
        LetterRetry<?, ?> retry = retries.require(readModel);
        if (letters(readModel, key, 1, null).items().isEmpty()) {
            throw missing(readModel, "key [" + key + "]");
        }
        return retry(retry, key, preview);
    }

    private static Retried retry(LetterRetry<?, ?> retry, String key, boolean preview) {
        return writing(() -> {
            var totals = new Totals(preview);
            boolean done = totals.add(retry.retry(Set.of(key), preview, deadline()));
            return totals.result(1, done ? null : key);
        });
    }

    @Override
    public Retried retryAll(String readModel, boolean preview, @Nullable String after) {
        LetterRetry<?, ?> retry = retries.require(readModel);
        return writing(() -> {
            var totals = new Totals(preview);
            long deadline = deadline();
            String next = after == null ? "" : after;
            long looked = 0;
            while (true) {
                String from = next;
                List<String> keys = keysAfter(retry.letters(), from);
                if (keys.isEmpty()) {
                    return totals.result(looked, null);
                }
                boolean done = totals.add(retry.retry(keys, preview, deadline));
                if (!done && !preview) {
                    return totals.result(looked, from);
                }
                looked += keys.size();
                next = keys.getLast();
                if (System.nanoTime() >= deadline) {
                    return totals.result(looked, next);
                }
            }
        });
    }

    private List<String> keysAfter(LetterTable letters, String key) {
        return reading(sql.keys(), query -> {
            letters.of(new Parameters(query)).text(key).number(KEYS_AT_ONCE);
            return LetterRows.strings(query);
        });
    }

    private static long deadline() {
        return System.nanoTime() + PATIENCE.toNanos();
    }

    /** Adds up what single transactions did. */
    private static final class Totals {
        private final boolean preview;
        private final List<StillParked> failed = new ArrayList<>();
        private long tried;
        private long applied;
        private long freed;

        Totals(boolean preview) {
            this.preview = preview;
        }

        boolean add(LetterRetry.Outcome outcome) {
            tried += outcome.tried();
            applied += outcome.applied();
            freed += outcome.freed().size();
            outcome.failed().stream()
                    .limit(Math.max(0, SHOWN_FAILURES - failed.size()))
                    .forEach(failed::add);
            return outcome.done();
        }

        Retried result(long keys, @Nullable String next) {
            return new Retried(preview, keys, tried, applied, freed, List.copyOf(failed), next);
        }
    }

    @Override
    public Detail edit(String readModel, long id, byte[] payload) {
        LetterRetry<?, ?> retry = retries.require(readModel);
        Detail detail = find(readModel, id);
        Letter letter = detail.letter();
        if (letter.discarded() != null) {
            throw missing(readModel, "letter [" + id + "] that waits: it was discarded");
        }
        try {
            retry.requireReadable(new WaitingLetter(
                    id, letter.key(), "", letter.partition(), letter.offset(), detail.headers(), payload));
        } catch (RuntimeException | StackOverflowError e) {
            String reason = e instanceof ProblemException ? String.valueOf(e.getMessage()) : e.toString();
            throw Problem.Type.INVALID_EVENT.exception("The letter [" + id + "] of read model [" + readModel
                    + "] cannot be read with that payload as a [" + letter.type() + "]: " + reason);
        }
        int edited = writing(() -> retry.exclusively(false, connection -> {
            try (PreparedStatement update = connection.prepareStatement(sql.edit())) {
                retry.letters().of(new Parameters(update).bytes(payload)).number(id);
                return update.executeUpdate();
            }
        }));
        if (edited == 0) {
            throw missing(readModel, "letter [" + id + "] any more");
        }
        return find(readModel, id);
    }

    @Override
    public Retried discard(String readModel, long id, String by, String reason) {
        LetterRetry<?, ?> retry = retries.require(readModel);
        String key = find(readModel, id).letter().key();
        long discarded = writing(() ->
                retry.exclusively(false, connection -> discard(connection, retry.letters(), key, id, by, reason)));
        if (discarded == 0) {
            throw missing(readModel, "letter [" + id + "] that waits");
        }
        return retry(retry, key, false);
    }

    @Override
    public long discardKey(String readModel, String key, String by, String reason) {
        LetterRetry<?, ?> retry = retries.require(readModel);
        long discarded = writing(() ->
                retry.exclusively(false, connection -> discard(connection, retry.letters(), key, null, by, reason)));
        if (discarded == 0) {
            throw missing(readModel, "key [" + key + "]");
        }
        return discarded;
    }

    /** @param id of one of the key's letters; null for all of them */
    private long discard(
            Connection connection, LetterTable letters, String key, @Nullable Long id, String by, String reason)
            throws SQLException {
        try (PreparedStatement forget = connection.prepareStatement(sql.forgetDiscarded())) {
            letters.ofAll(new Parameters(forget));
            forget.executeUpdate();
        }
        try (PreparedStatement discard = connection.prepareStatement(sql.discard(id == null))) {
            Parameters parameters = letters.of(new Parameters(discard));
            (id == null ? parameters.text(key) : parameters.number(id)).text(by).text(reason);
            long discarded = discard.executeUpdate();
            letters.free(connection, List.of(key));
            return discarded;
        }
    }

    private static ProblemException missing(String readModel, String what) {
        return Problem.Type.NOT_FOUND.exception("The read model [" + readModel + "] has no parked " + what);
    }

    static long number(String cursor) {
        if (!cursor.matches("[0-9]{1,18}")) {
            throw Problem.Type.INVALID_QUERY.exception(
                    "The cursor [" + cursor + "] is not one of this list: send it as the page before gave it");
        }
        return Long.parseLong(cursor);
    }

    private interface Query<T> {
        T run(PreparedStatement statement) throws SQLException;
    }

    private <T> T reading(String statement, Query<T> query) {
        try (Connection connection = database.read();
                PreparedStatement prepared = connection.prepareStatement(statement)) {
            return query.run(prepared);
        } catch (SQLException e) {
            throw Failures.ofQuery(e);
        }
    }

    private interface Change<T> {
        T run() throws SQLException;
    }

    private static <T> T writing(Change<T> change) {
        try {
            return change.run();
        } catch (SQLException e) {
            throw Failures.ofQuery(e);
        }
    }

    /** Reads the current row of a result. */
    interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** One more than the limit was asked for, to know whether there is more. */
    static <T> Page<T> page(
            PreparedStatement query, int limit, Reader<T> reader, java.util.function.Function<T, String> cursor)
            throws SQLException {
        var items = new ArrayList<T>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                items.add(reader.read(row));
            }
        }
        boolean more = items.size() > limit;
        List<T> shown = more ? List.copyOf(items.subList(0, limit)) : List.copyOf(items);
        return new Page<>(shown, more ? cursor.apply(shown.getLast()) : null);
    }
}
