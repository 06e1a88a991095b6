package io.diptych.postgres;

import io.diptych.projection.internal.RowStore.Move;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears of every committed move of a position, whichever process committed it, over one connection that listens. What
 * was missed while that connection was away is read from the table when it is back.
 */
final class ProgressFeed implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ProgressFeed.class);

    /** Tells that generations were added, dropped or have changed places, or that rows have changed by themselves. */
    static final String LOOK_AGAIN = "generations";

    /** PostgreSQL takes payloads of less than 8000 bytes; one move needs at most 32. */
    private static final int PAYLOAD_BYTES = 7900;

    /** After that long without news the connection is tried. */
    private static final Duration QUIET = Duration.ofSeconds(5);

    private static final Duration RETRY_FIRST = Duration.ofMillis(100);
    private static final Duration RETRY_LAST = Duration.ofSeconds(2);

    private final Database database;
    private final String schema;
    private final Runnable lookAgain;
    private final List<Consumer<Progress>> listeners = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private boolean started;
    private volatile boolean closed;
    private volatile @Nullable Connection connection;

    /**
     * @param lookAgain is run whenever another generation serves, when rows changed without a move, and when the connection is lost or back: what happens
     *     in between is heard late
     */
    ProgressFeed(Database database, String schema, Runnable lookAgain) {
        this.database = database;
        this.schema = schema;
        this.lookAgain = lookAgain;
        this.thread = new Thread(this::run, "diptych-progress-" + schema);
        thread.setDaemon(true);
    }

    /** When the transaction is committed, whoever waits for anything looks again, on all nodes. */
    static void haveAllLookAgain(Connection connection, String schema) throws SQLException {
        try (PreparedStatement tell = connection.prepareStatement("select pg_notify(?, ?)")) {
            tell.setString(1, Names.channel(schema));
            tell.setString(2, LOOK_AGAIN);
            tell.execute();
        }
    }

    /** Hears of moves from now on, and of all positions each time the connection is made. Closing ends it. */
    AutoCloseable add(Consumer<Progress> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** From then on it listens; without, it costs nothing. */
    synchronized void start() {
        if (!started && !closed) {
            started = true;
            thread.start();
        }
    }

    /**
     * {@code order_summary#1 0=12 3=450}: the read model, its generation and the new positions; several when one would
     * be too long.
     */
    static List<String> payloads(String readModel, int generation, Map<Integer, Move> moves) {
        var payloads = new ArrayList<String>();
        String head = readModel + '#' + generation;
        var payload = new StringBuilder(head);
        moves.forEach((partition, move) -> {
            String part = " " + partition + "=" + move.to();
            if (payload.length() + part.length() > PAYLOAD_BYTES) {
                payloads.add(payload.toString());
                payload.setLength(head.length());
            }
            payload.append(part);
        });
        payloads.add(payload.toString());
        return payloads;
    }

    private void run() {
        Duration pause = RETRY_FIRST;
        while (!closed) {
            boolean listening = false;
            try (Connection own = database.own()) {
                connection = own;
                listen(own);
                listening = true;
                LOG.info("Listening for progress of [{}]", schema);
                while (!closed) {
                    hear(own);
                }
            } catch (SQLException | RuntimeException e) {
                if (!closed) {
                    pause = listening ? RETRY_FIRST : longer(pause);
                    missed(listening, e);
                    LockSupport.parkNanos(pause.toNanos());
                }
            }
        }
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(RETRY_LAST) < 0 ? twice : RETRY_LAST;
    }

    private void missed(boolean wasListening, Exception cause) {
        if (wasListening) {
            LOG.warn("Not listening for progress of [{}] now: {}", schema, Failures.inOneLine(cause));
            lookAgain.run();
        } else {
            LOG.debug("Still not listening for progress of [{}]: {}", schema, Failures.inOneLine(cause));
        }
    }

    private void listen(Connection own) throws SQLException {
        try (Statement statement = own.createStatement()) {
            statement.execute("listen " + Names.quote(Names.channel(schema)));
        }
        lookAgain.run();
        if (!tablesExist(own)) {
            return;
        }
        try (Statement statement = own.createStatement();
                ResultSet row = statement.executeQuery("select read_model, generation, partition, next_offset from "
                        + Names.qualified(schema, Schema.POSITIONS))) {
            while (row.next()) {
                tell(new Progress(row.getString(1), row.getInt(2), row.getInt(3), row.getLong(4)));
            }
        }
    }

    private boolean tablesExist(Connection own) throws SQLException {
        try (PreparedStatement query = own.prepareStatement("select to_regclass(?) is not null")) {
            query.setString(1, Names.qualified(schema, Schema.POSITIONS));
            try (ResultSet row = query.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private void hear(Connection own) throws SQLException {
        PGNotification[] notices = own.unwrap(PGConnection.class).getNotifications((int) QUIET.toMillis());
        if (notices == null || notices.length == 0) {
            if (!own.isValid((int) QUIET.toSeconds())) {
                throw new SQLException("The connection does not answer", "08006");
            }
            return;
        }
        for (PGNotification notice : notices) {
            read(notice.getParameter());
        }
    }

    /** Anyone who may connect may notify: what does not read as a payload is passed over. */
    private void read(String payload) {
        if (payload.equals(LOOK_AGAIN)) {
            lookAgain.run();
            return;
        }
        String[] parts = payload.split(" ", -1);
        try {
            int hash = parts[0].indexOf('#');
            String readModel = parts[0].substring(0, Math.max(0, hash));
            int generation = Integer.parseInt(parts[0].substring(hash + 1));
            for (int i = 1; i < parts.length; i++) {
                int equals = parts[i].indexOf('=');
                int partition = Integer.parseInt(parts[i].substring(0, Math.max(0, equals)));
                tell(new Progress(readModel, generation, partition, Long.parseLong(parts[i].substring(equals + 1))));
            }
        } catch (NumberFormatException e) {
            LOG.debug("Not a notice of progress: [{}]", payload);
        }
    }

    private void tell(Progress progress) {
        for (Consumer<Progress> listener : listeners) {
            try {
                listener.accept(progress);
            } catch (RuntimeException e) {
                LOG.warn("A listener for progress failed on {}", progress, e);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        Connection own = connection;
        try {
            if (own != null) {
                own.abort(Runnable::run);
            }
            LockSupport.unpark(thread);
            thread.join(Duration.ofSeconds(3).toMillis());
        } catch (SQLException e) {
            LOG.debug("Closing the connection that listens failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
