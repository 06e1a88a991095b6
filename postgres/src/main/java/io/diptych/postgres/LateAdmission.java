package io.diptych.postgres;

import io.diptych.message.MessageCodec;
import io.diptych.projection.ReadModel;
import io.diptych.projection.internal.EventFold;
import io.diptych.projection.internal.EventTimes.Verdict;
import io.diptych.projection.internal.RowStore.Batch;
import io.diptych.projection.internal.RowStore.Folded;
import io.diptych.projection.internal.RowStore.Parked;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Settles late events of one generation, while no batch of the read model is under way. What is admitted is folded here at
 * once, and by the other generations' workers a little later.
 */
final class LateAdmission<E, R> {

    private final LetterRetry<E, R> letters;
    private final LateTable late;
    private final LateQueue queue;
    private final RowTable<R> table;
    private final ReadModel<E, R> readModel;
    private final MessageCodec<E> events;

    LateAdmission(
            LetterRetry<E, R> letters,
            GenerationParts.OfWindows<R> windows,
            RowTable<R> table,
            ReadModel<E, R> readModel,
            MessageCodec<E> events) {
        this.letters = letters;
        this.late = windows.late();
        this.queue = windows.queue();
        this.table = table;
        this.readModel = readModel;
        this.events = events;
    }

    LateQueue queue() {
        return queue;
    }

    /** Finds the late events in question, in the transaction that settles them. */
    interface Choice {
        List<LateQueue.Found> in(Connection connection) throws SQLException;
    }

    /**
     * What became of them.
     *
     * @param last number of those that were found; 0 when none was
     * @param parked how many are dead letters now
     */
    record Outcome(int events, int rows, long parked, long last) {}

    Outcome admit(Choice choice, String by, boolean preview) throws SQLException {
        return exclusively(preview, choice, (connection, found) -> {
            var fold = new EventFold<>(readModel, events, table.mapping()::canonical, 1);
            found.forEach(one -> one.records().forEach(fold::add));
            Batch<R> batch = fold.batch(java.util.Map.of());
            Parked parked = letters.letters()
                    .parkedAmong(connection, batch.parkingNames().get());
            int most = found.stream().mapToInt(one -> one.records().size()).sum();
            var applied =
                    new RefusedRows<>(connection, table).apply(batch.keys(), parked, batch.fold(), Math.max(1, most));
            letters.tell(connection, applied);
            Folded<R> folded = applied.folded();
            letters.letters().insert(connection, folded.letters());
            queue.settle(connection, found, Verdict.ADMITTED, by, null);
            return new Outcome(
                    found.size(), folded.windows().size(), folded.letters().size(), last(found));
        });
    }

    Outcome discard(Choice choice, String by, String reason) throws SQLException {
        return exclusively(false, choice, (connection, found) -> {
            queue.settle(connection, found, Verdict.DISCARDED, by, reason);
            return new Outcome(found.size(), 0, 0, last(found));
        });
    }

    private interface Settling {
        Outcome settle(Connection connection, List<LateQueue.Found> found) throws SQLException;
    }

    private Outcome exclusively(boolean preview, Choice choice, Settling settling) throws SQLException {
        return letters.exclusively(preview, connection -> {
            late.lock(connection);
            List<LateQueue.Found> found = choice.in(connection);
            return found.isEmpty() ? new Outcome(0, 0, 0, 0) : settling.settle(connection, found);
        });
    }

    private static long last(List<LateQueue.Found> found) {
        return found.getLast().id();
    }
}
