package io.diptych.postgres;

import io.diptych.message.LogRecord;
import io.diptych.message.MessageCodec;
import io.diptych.projection.DeadLetters.StillParked;
import io.diptych.projection.ReadModel;
import io.diptych.projection.internal.EventFold;
import io.diptych.projection.internal.EventReader;
import io.diptych.projection.internal.InWindow;
import io.diptych.projection.internal.NewLetter;
import io.diptych.projection.internal.NewLetter.Failure;
import io.diptych.projection.internal.RowStore.Batch;
import io.diptych.projection.internal.RowStore.Folded;
import io.diptych.projection.internal.RowStore.Parked;
import io.diptych.projection.internal.Steps;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Applies what waits, under the lock that excludes all batches of the read model: so the letters of a key are applied
 * after all that came before them and before all that comes after.
 */
final class LetterRetry<E, R> {

    private static final int LETTERS = 1_000;
    private static final long BYTES = 32L << 20;

    private final Database database;
    private final RowTable<R> table;
    private final String lock;
    private final LetterTable letters;
    private final ChangeRecorder<R> changes;
    private final @Nullable WindowResults<R> results;
    private final ReadModel<E, R> readModel;
    private final MessageCodec<E> events;

    LetterRetry(Database database, GenerationParts<R> parts, ReadModel<E, R> readModel, MessageCodec<E> events) {
        this.database = database;
        this.table = parts.table();
        this.lock = parts.sql().lock();
        this.letters = parts.letters();
        this.changes = parts.changes();
        this.results = parts.results();
        this.readModel = readModel;
        this.events = events;
    }

    LetterTable letters() {
        return letters;
    }

    /** Tells of rows that were written apart from a batch. */
    void tell(Connection connection, RefusedRows.Applied<R> applied) throws SQLException {
        changes.recordAndTell(connection, applied.changes());
        if (results != null) {
            results.publish(connection, applied.folded().windows());
        }
    }

    /**
     * What became of some letters.
     *
     * @param freed keys of which nothing waits any more
     * @param failed keys of which a letter failed again
     * @param done nothing is left to be tried
     */
    record Outcome(int tried, int applied, Set<String> freed, List<StillParked> failed, boolean done) {}

    /** Tries what waits for these keys, transaction by transaction; a preview is one, which is rolled back. */
    Outcome retry(Collection<String> keys, boolean preview, long deadlineNanos) throws SQLException {
        var remaining = new HashSet<>(keys);
        var freed = new HashSet<String>();
        var failed = new ArrayList<StillParked>();
        int tried = 0;
        int applied = 0;
        do {
            Outcome chunk = exclusively(preview, connection -> retry(connection, Set.copyOf(remaining)));
            tried += chunk.tried();
            applied += chunk.applied();
            freed.addAll(chunk.freed());
            failed.addAll(chunk.failed());
            remaining.removeAll(chunk.freed());
            chunk.failed().forEach(still -> remaining.remove(still.key()));
            if (chunk.tried() == 0) {
                remaining.clear();
            }
        } while (!preview && !remaining.isEmpty() && System.nanoTime() < deadlineNanos);
        return new Outcome(tried, applied, freed, failed, remaining.isEmpty());
    }

    /** Does it while no batch of the read model is under way, for good or only to see what comes of it. */
    <T> T exclusively(boolean preview, Database.Work<T> work) throws SQLException {
        return database.inTransaction(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(lock)) {
                statement.execute();
            }
            T result = work.in(connection);
            if (preview) {
                connection.rollback();
            }
            return result;
        });
    }

    private Outcome retry(Connection connection, Set<String> keys) throws SQLException {
        List<WaitingLetter> waiting = letters.toApply(connection, keys, LETTERS, BYTES);
        var fold = new EventFold<>(readModel, events, table.mapping()::canonical, 1);
        waiting.forEach(fold::add);
        Batch<R> batch = fold.batch(Map.of());
        var outcome = new RefusedRows<>(connection, table)
                .apply(batch.keys(), others(connection, batch, keys), batch.fold(), waiting.size());
        tell(connection, outcome);
        Folded<R> folded = outcome.folded();
        Set<LogRecord> still = folded.letters().stream().map(NewLetter::event).collect(Collectors.toSet());
        List<WaitingLetter> applied =
                waiting.stream().filter(letter -> !still.contains(letter)).toList();
        letters.delete(connection, applied);
        // What could not be read before may turn out to be of several windows, and waits for each that it is not in.
        Map<Boolean, List<NewLetter>> apart = folded.letters().stream()
                .collect(Collectors.partitioningBy(letter -> letter.event() instanceof InWindow));
        letters.insert(connection, apart.getOrDefault(true, List.of()));
        letters.stillWait(connection, apart.getOrDefault(false, List.of()));
        Set<String> freed = letters.free(connection, keys);
        return new Outcome(waiting.size(), applied.size(), freed, failed(folded), false);
    }

    /** What is parked besides these keys: a letter may turn out to belong there. */
    private Parked others(Connection connection, Batch<R> batch, Set<String> keys) throws SQLException {
        Parked parked = letters.parkedAmong(connection, batch.parkingNames().get());
        return new Parked(without(parked.keys(), keys), without(parked.aggregates(), keys));
    }

    private static Set<String> without(Set<String> names, Set<String> keys) {
        return names.stream().filter(name -> !keys.contains(name)).collect(Collectors.toSet());
    }

    private static List<StillParked> failed(Folded<?> folded) {
        var failed = new ArrayList<StillParked>();
        for (NewLetter letter : folded.letters()) {
            Failure failure = letter.failure();
            if (failure != null) {
                var waiting = (WaitingLetter) (letter.event() instanceof InWindow in ? in.event() : letter.event());
                failed.add(new StillParked(waiting.rowKey(), waiting.id(), failure.cause(), failure.error()));
            }
        }
        return failed;
    }

    /**
     * Reads a letter with another payload.
     *
     * @throws RuntimeException when it is not an event of its type
     */
    void requireReadable(WaitingLetter letter) {
        Steps.of(readModel.projection()).of(new EventReader<>(events::decode).read(letter));
    }
}
