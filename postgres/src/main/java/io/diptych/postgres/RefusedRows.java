package io.diptych.postgres;

import io.diptych.projection.internal.RowStore.Fold;
import io.diptych.projection.internal.RowStore.Folded;
import io.diptych.projection.internal.RowStore.Parked;
import io.diptych.projection.internal.RowStore.Refusal;
import io.diptych.projection.internal.RowStore.RowRefusedException;
import io.diptych.projection.internal.RowStore.Stored;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Applies a batch of which some row is refused, in one transaction: finds these rows by halving under savepoints, and for
 * each of their keys the first event after which it is refused.
 */
final class RefusedRows<R> {

    private final Connection connection;
    private final RowTable<R> table;
    private final Map<Object, Refusal> refused = new HashMap<>();

    RefusedRows(Connection connection, RowTable<R> table) {
        this.connection = connection;
        this.table = table;
    }

    /** What is tried under a savepoint. */
    interface Attempt {
        void run() throws SQLException;
    }

    /** What is tried with a part of all. */
    private interface PartialAttempt {
        void run(List<Object> keys) throws SQLException;
    }

    /** What became of a batch, and what it changed in the rows. */
    record Applied<R>(Folded<R> folded, Changes<R> changes) {}

    /**
     * Loads, folds and writes.
     *
     * @param events at least as many as any key has
     */
    Applied<R> apply(Collection<Object> keys, Parked parked, Fold<R> fold, long events) throws SQLException {
        execute("set constraints all immediate");
        Map<Object, R> rows = new HashMap<>();
        halve(List.copyOf(keys), part -> rows.putAll(table.load(connection, part)));
        var stored = new Stored<>(rows, parked, Map.copyOf(refused));
        Folded<R> folded = fold.apply(stored);
        List<Object> changed = changed(rows, folded);
        Map<Object, RowRefusedException> bad =
                halve(changed, part -> table.write(connection, rows, folded.rows(), part));
        if (bad.isEmpty()) {
            return applied(rows, folded);
        }
        new Search(stored, fold, folded, bad).run(events);
        Folded<R> accepted = fold.apply(new Stored<>(rows, parked, Map.copyOf(refused)));
        table.write(connection, rows, accepted.rows(), bad.keySet());
        return applied(rows, accepted);
    }

    private Applied<R> applied(Map<Object, R> before, Folded<R> folded) {
        return new Applied<>(folded, Changes.of(table.mapping(), folded.rows().keySet(), before, folded.rows()));
    }

    private static <R> List<Object> changed(Map<Object, R> rows, Folded<R> folded) {
        var changed = new ArrayList<Object>();
        folded.rows().forEach((key, row) -> {
            if (!Objects.equals(row, rows.get(key))) {
                changed.add(key);
            }
        });
        return changed;
    }

    /** For each refused key: how many of its events make a row that is accepted. */
    private final class Search {
        private final Stored<R> stored;
        private final Fold<R> fold;
        private final Map<Object, Bounds<R>> open = new HashMap<>();

        Search(Stored<R> stored, Fold<R> fold, Folded<R> folded, Map<Object, RowRefusedException> bad) {
            this.stored = stored;
            this.fold = fold;
            bad.forEach((key, cause) ->
                    open.put(key, new Bounds<>(cause, folded.rows().get(key))));
        }

        void run(long events) throws SQLException {
            open.values().forEach(bounds -> bounds.refused = (int) Math.min(events, Integer.MAX_VALUE));
            while (open.values().stream().anyMatch(Bounds::isOpen)) {
                open.forEach((key, bounds) -> refused.put(key, new Refusal(bounds.middle(), bounds.cause)));
                Folded<R> folded = fold.apply(new Stored<>(stored.rows(), stored.parked(), Map.copyOf(refused)));
                for (Map.Entry<Object, Bounds<R>> entry : open.entrySet()) {
                    if (entry.getValue().isOpen()) {
                        narrow(entry.getKey(), entry.getValue(), folded);
                    }
                }
            }
            open.forEach((key, bounds) -> refused.put(key, new Refusal(bounds.accepted, bounds.cause)));
        }

        private void narrow(Object key, Bounds<R> bounds, Folded<R> folded) throws SQLException {
            R row = folded.rows().get(key);
            if (Objects.equals(row, bounds.row)) {
                bounds.refused = bounds.middle();
                return;
            }
            RowRefusedException cause = Objects.equals(row, stored.rows().get(key))
                    ? null
                    : attempt(() -> table.write(connection, stored.rows(), folded.rows(), List.of(key)), false);
            if (cause == null) {
                bounds.accepted = bounds.middle();
            } else {
                bounds.refused = bounds.middle();
                bounds.cause = cause;
                bounds.row = row;
            }
        }
    }

    /** Between how many events a key's row becomes one that is refused. */
    private static final class Bounds<R> {
        private int accepted;
        private int refused;
        private RowRefusedException cause;
        private @Nullable R row;

        Bounds(RowRefusedException cause, @Nullable R row) {
            this.cause = cause;
            this.row = row;
        }

        boolean isOpen() {
            return refused - accepted > 1;
        }

        int middle() {
            return accepted + (refused - accepted) / 2;
        }
    }

    /** Tries with all of them, or else with each half of them; returns those that fail alone, and why. */
    private Map<Object, RowRefusedException> halve(List<Object> keys, PartialAttempt step) throws SQLException {
        var failed = new HashMap<Object, RowRefusedException>();
        halve(keys, step, failed);
        failed.forEach((key, cause) -> refused.put(key, new Refusal(0, cause)));
        return failed;
    }

    private void halve(List<Object> keys, PartialAttempt step, Map<Object, RowRefusedException> failed)
            throws SQLException {
        if (keys.isEmpty()) {
            return;
        }
        RowRefusedException cause = attempt(() -> step.run(keys), true);
        if (cause != null && keys.size() == 1) {
            failed.put(keys.getFirst(), cause);
        } else if (cause != null) {
            halve(keys.subList(0, keys.size() / 2), step, failed);
            halve(keys.subList(keys.size() / 2, keys.size()), step, failed);
        }
    }

    /**
     * Why it was refused, and nothing is changed; or null when it is not.
     *
     * @param keep whether what was not refused stays done
     */
    @Nullable
    RowRefusedException attempt(Attempt work, boolean keep) throws SQLException {
        execute("savepoint diptych");
        RowRefusedException refusal = refusal(work);
        boolean back = refusal != null || !keep;
        execute((back ? "rollback to savepoint diptych; " : "") + "release savepoint diptych");
        return refusal;
    }

    private @Nullable RowRefusedException refusal(Attempt work) throws SQLException {
        try {
            work.run();
            return null;
        } catch (RowRefusedException e) {
            return e;
        } catch (SQLException e) {
            if (Failures.ofBatch(table.mapping().readModel(), e) instanceof RowRefusedException refused) {
                return refused;
            }
            throw e;
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
