package io.diptych.projection.internal;

import io.diptych.message.LogRecord;
import io.diptych.projection.Window;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where one read model's rows and positions live. Rows and positions change in one transaction.
 *
 * @param <R> the row
 */
public interface RowStore<R> {

    /** The offset to go on from, for each of the partitions; 0 for one never seen. */
    Map<Integer, Long> positions(Set<Integer> partitions);

    /**
     * Applies one batch: moves the positions, loads the rows and what is parked, folds, writes the rows and the dead
     * letters, all or nothing. When a row is refused, the batch is folded a second time, without the events that made
     * such rows: these become letters, too.
     *
     * @return the letters that were written
     * @throws PositionMovedException when a position is not where the batch begins: another owner was faster
     * @throws StoreUnavailableException when the database is away or asks to try again; nothing was changed, or
     *     ({@link java.sql.SQLException} during commit) it is unknown, which the positions will tell
     * @throws RowRefusedException when something is refused for which no event can be parked; nothing was changed
     */
    List<NewLetter> apply(Batch<R> batch);

    /**
     * The row as it will be when it is read back: an instant, for one, without what the store cannot hold of it. A
     * fold goes on from this, so that its outcome does not depend on where batches end.
     */
    default R canonical(R row) {
        return row;
    }

    /**
     * One batch.
     *
     * @param moves for each partition the position it begins at and the one it ends at
     * @param keys of all rows that the batch may change
     * @param ownRowsOnly every key is its event's aggregate id, so no other partition feeds these rows
     * @param parkingNames under which the batch's events may be parked already; asked for only when many keys are
     * @param fold from the rows as stored to the rows as they shall be. It may be called more than once, and may throw;
     *     then nothing changes and the exception passes through.
     * @param timing null when the read model has no windows
     */
    record Batch<R>(
            Map<Integer, Move> moves,
            Set<Object> keys,
            boolean ownRowsOnly,
            Supplier<Set<String>> parkingNames,
            Fold<R> fold,
            @Nullable Timing timing) {

        /** Of a read model without windows. */
        public Batch(
                Map<Integer, Move> moves,
                Set<Object> keys,
                boolean ownRowsOnly,
                Supplier<Set<String>> parkingNames,
                Fold<R> fold) {
            this(moves, keys, ownRowsOnly, parkingNames, fold, null);
        }
    }

    /**
     * What a batch of a read model over windows tells besides its events.
     *
     * @param partitions of the topic
     * @param idle whether partitions are read to their end and without a new event for long
     * @param positions of these partitions, where the worker stands: one that was replaced knows nothing of their ends
     * @param settled late events that were admitted after these rows had left them out, and are folded in this batch
     */
    record Timing(int partitions, Map<Integer, Boolean> idle, Map<Integer, Long> positions, List<Long> settled) {}

    /**
     * What a read model over windows has to do although no event has come.
     *
     * @param admitted late events that were admitted after these rows had left them out, by their numbers
     * @param closed there are windows whose rows are to be published
     */
    record Chores(Map<Long, List<LogRecord>> admitted, boolean closed) {
        /** Nothing. */
        public static final Chores NONE = new Chores(Map.of(), false);
    }

    /** What there is to do; cheap, and asked about every second while nothing comes. */
    default Chores chores() {
        return Chores.NONE;
    }

    /** A step of a position: the next offset before and after. */
    record Move(long from, long to) {}

    /** The pure part of a batch. */
    interface Fold<R> {
        Folded<R> apply(Stored<R> stored);
    }

    /**
     * What a fold begins with.
     *
     * @param rows as stored; absent ones are missing
     * @param parked whose events wait
     * @param refused keys that do not take all of the batch's events
     * @param timeline by which late events are told; null when every event counts
     */
    record Stored<R>(
            Map<Object, R> rows,
            Parked parked,
            Map<Object, Refusal> refused,
            @Nullable Timeline timeline) {

        /** In which every event counts, whenever it happened. */
        public Stored(Map<Object, R> rows, Parked parked, Map<Object, Refusal> refused) {
            this(rows, parked, refused, null);
        }
    }

    /** What is known of the time of events, and of those that were judged before. */
    record Timeline(EventTimes times, EventTimes.Facts facts) {}

    /**
     * What waits, by the names under which it does.
     *
     * @param keys all of them
     * @param aggregates those whose name is an aggregate's id, of which an event could not be read: all its events wait
     */
    record Parked(Set<String> keys, Set<String> aggregates) {
        /** Nothing waits. */
        public static final Parked NONE = new Parked(Set.of(), Set.of());
    }

    /**
     * A key takes so many events of the batch; the row after one more is refused.
     *
     * @param cause why
     */
    record Refusal(int accepted, RowRefusedException cause) {}

    /**
     * What a fold ends with.
     *
     * @param rows as they shall be: null means deleted
     * @param letters events that wait, in order
     * @param late events that were found late, in order
     * @param times what is known then of the time of events; null when that was not asked
     * @param windows of the rows that events were folded into
     */
    record Folded<R>(
            Map<Object, @Nullable R> rows,
            List<NewLetter> letters,
            List<LateEvent> late,
            @Nullable EventTimes times,
            Map<Object, Window> windows) {

        /** Without windows. */
        public Folded(Map<Object, @Nullable R> rows, List<NewLetter> letters) {
            this(rows, letters, List.of(), null, Map.of());
        }
    }

    /** Another owner moved a position: reload the positions. */
    final class PositionMovedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public PositionMovedException(String message) {
            super(message);
        }
    }

    /** A row or key that cannot be stored, whoever tries: its event is at fault, not the database. */
    final class RowRefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public RowRefusedException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** The database cannot be used now; trying again is right. */
    final class StoreUnavailableException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public StoreUnavailableException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
