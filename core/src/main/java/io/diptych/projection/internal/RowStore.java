package io.diptych.projection.internal;

import java.util.Map;
import java.util.Set;
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
     * Applies one batch: moves the positions, loads the rows, folds, writes the rows back, all or nothing.
     *
     * @throws PositionMovedException when a position is not where the batch begins: another owner was faster
     * @throws StoreUnavailableException when the database is away or asks to try again; nothing was changed, or
     *     ({@link java.sql.SQLException} during commit) it is unknown, which the positions will tell
     * @throws RowRefusedException when a row or key cannot be stored as it is; nothing was changed
     */
    void apply(Batch<R> batch);

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
     * @param fold from the rows as stored (absent ones missing) to the rows as they shall be: null means deleted. It
     *     may throw; then nothing changes and the exception passes through.
     */
    record Batch<R>(Map<Integer, Move> moves, Set<Object> keys, boolean ownRowsOnly, Fold<R> fold) {}

    /** A step of a position: the next offset before and after. */
    record Move(long from, long to) {}

    /** The pure part of a batch. */
    interface Fold<R> {
        Map<Object, @Nullable R> apply(Map<Object, R> stored);
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
