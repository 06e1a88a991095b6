package io.diptych.postgres;

import io.diptych.postgres.Serving.Rows;
import io.diptych.postgres.SnapshotQuery.Snapshot;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Looks up rows of one read model by key. A lookup goes out at once when few statements are under way; those that come
 * meanwhile go together in the next. None is ever answered from a statement that was sent before it came, and none fails
 * for what is wrong with another.
 *
 * <p>A lookup whose turn it is takes the others along and answers them before it returns: there are no threads for it.
 */
final class Lookups {

    /** While one is on its way, the answers of the other are sent to callers. With one it is as fast on two processors. */
    private static final int STATEMENTS = 2;

    /** Bounds what a lookup waits for with others. */
    private static final int KEYS = 128;

    private final Database database;
    private final String schema;

    private final Deadlines deadlines = new Deadlines();
    private final ReentrantLock lock = new ReentrantLock();
    /** Lookups that no statement has yet; only while all {@link #STATEMENTS} are under way. */
    private final ArrayDeque<Lookup> waiting = new ArrayDeque<>();

    private int underWay;

    Lookups(Database database, String schema) {
        this.database = database;
        this.schema = schema;
    }

    private static final class Lookup {
        private final Rows rows;
        private final String text;

        /** As it goes into a statement. */
        private final String key;

        /** Released once, when there is an answer or a failure, or it is this lookup's turn. */
        private final Semaphore told = new Semaphore(0);

        private @Nullable Snapshot answer;
        private @Nullable SQLException failure;

        /** Whether the failure may be another's of the same statement. */
        private boolean again;

        private Lookup(Rows rows, String text) {
            this.rows = rows;
            this.text = text;
            this.key = Conditions.written(rows.shape().key(), text);
        }

        private boolean isOver() {
            return answer != null || failure != null;
        }
    }

    /** The rows of an array of keys, each looked up for itself: a join may be planned as a hash of the whole table. */
    static String statement(Shape shape, String table) {
        Column key = shape.key();
        return "select r.*, k.n from unnest(cast(? as text[])) with ordinality as k (key, n) cross join lateral (select "
                + shape.columnList() + " from " + table + " where " + key.quoted() + " = cast(k.key as "
                + key.kind().columnType() + ") limit 1) r";
    }

    /**
     * The row with that key, or none, and what it stands for.
     *
     * @throws io.diptych.message.ProblemException when the text cannot be a key
     */
    Snapshot find(Rows rows, String text) throws SQLException {
        var mine = new Lookup(rows, text);
        if (!goes(mine)) {
            awaitTurnOrAnswer(mine);
        }
        if (!mine.isOver()) {
            lead(mine);
        }
        if (mine.again) {
            return read(mine);
        }
        if (mine.failure != null) {
            throw mine.failure;
        }
        return Objects.requireNonNull(mine.answer);
    }

    /** Whether it can go at once; it waits otherwise. */
    private boolean goes(Lookup mine) {
        lock.lock();
        try {
            if (underWay < STATEMENTS) {
                underWay++;
                return true;
            }
            waiting.add(mine);
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void awaitTurnOrAnswer(Lookup mine) throws SQLException {
        try (Deadlines.Deadline unused = deadlines.after(Database.CONNECT, () -> giveUp(mine))) {
            mine.told.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (withdraw(mine)) {
                throw new SQLException("The caller was interrupted before a statement took it along", e);
            }
            // A statement has it, and that has its own bound; or it is this lookup's turn.
            mine.told.acquireUninterruptibly();
        }
    }

    /** Unless a statement has it, which has its own bound. */
    private void giveUp(Lookup late) {
        if (withdraw(late)) {
            late.failure = new SQLException("No statement could take it along in time");
            late.told.release();
        }
    }

    private boolean withdraw(Lookup mine) {
        lock.lock();
        try {
            return waiting.remove(mine);
        } finally {
            lock.unlock();
        }
    }

    /** Reads it and those that it takes along, answers them, and passes its turn on. */
    private void lead(Lookup mine) {
        List<Lookup> all = List.of(mine);
        try {
            all = takeAlong(mine);
            List<Snapshot> answers = all.size() == 1 ? List.of(read(mine)) : read(all);
            for (int i = 0; i < all.size(); i++) {
                all.get(i).answer = answers.get(i);
            }
        } catch (SQLException e) {
            boolean again = all.size() > 1
                    && (Failures.isOfTheValue(e) || Thread.currentThread().isInterrupted());
            for (Lookup one : all) {
                one.failure = e;
                one.again = again;
            }
        } finally {
            passOn();
            for (Lookup one : all) {
                if (!one.isOver()) {
                    one.failure = new SQLException("The statement failed that this lookup was part of");
                }
                one.told.release();
            }
        }
    }

    /** It and those that wait for the same rows; alone when its statement will hardly get through. */
    private List<Lookup> takeAlong(Lookup mine) {
        var all = new ArrayList<Lookup>();
        all.add(mine);
        int most = database.isAway() || Thread.currentThread().isInterrupted() ? 1 : KEYS;
        lock.lock();
        try {
            for (Iterator<Lookup> others = waiting.iterator(); others.hasNext() && all.size() < most; ) {
                Lookup other = others.next();
                if (other.rows.generation() == mine.rows.generation()) {
                    others.remove();
                    all.add(other);
                }
            }
        } finally {
            lock.unlock();
        }
        return all;
    }

    private void passOn() {
        lock.lock();
        try {
            Lookup next = waiting.poll();
            if (next == null) {
                underWay--;
            } else {
                next.told.release();
            }
        } finally {
            lock.unlock();
        }
    }

    /** One alone is a plain comparison, which costs the database less than an array of one. */
    private Snapshot read(Lookup alone) throws SQLException {
        var conditions = new Conditions();
        conditions.equal(alone.rows.shape().key(), alone.text);
        try (Connection connection = database.read()) {
            return new SnapshotQuery(schema, alone.rows, conditions.where(), conditions, null).read(connection);
        }
    }

    /** The answers in the order of the lookups, all of one snapshot. */
    private List<Snapshot> read(List<Lookup> all) throws SQLException {
        Rows rows = all.getFirst().rows;
        var positions = new TreeMap<Integer, Long>();
        var found = new ArrayList<List<Map<String, @Nullable Object>>>(all.size());
        all.forEach(one -> found.add(List.of()));
        boolean serving;
        try (Connection connection = database.read();
                PreparedStatement query = connection.prepareStatement(rows.lookup())) {
            Object[] keys = all.stream().map(one -> one.key).toArray();
            query.setArray(SnapshotQuery.bindReached(query, rows), connection.createArrayOf("text", keys));
            query.execute();
            serving = SnapshotQuery.readReached(query, positions);
            int last = rows.shape().columns().size() + 1;
            try (ResultSet row = query.getResultSet()) {
                while (row.next()) {
                    found.set((int) row.getLong(last) - 1, List.of(rows.shape().row(row)));
                }
            }
        }
        boolean serves = serving;
        return found.stream()
                .map(row -> new Snapshot(serves, positions, row, null))
                .toList();
    }
}
