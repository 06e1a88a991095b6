package io.diptych.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.Semaphore;
import org.postgresql.PGProperty;

/**
 * The ways to the database: a pool for projections, one for queries, and connections of one's own to listen on. Two
 * pools, so that queries, however many, never keep a projection waiting. Both fill when first used, and neither minds
 * that the database is away.
 */
final class Database implements AutoCloseable {

    /** The longest that is waited for a connection, or for one's turn to have one. */
    static final Duration CONNECT = Duration.ofSeconds(2);

    /**
     * Bounds on the server: a frozen node lets go of its locks, and a batch does not wait for ever. And plans: by index
     * (for 20,000 keys of 250,000 rows the planner would hash the whole table, which takes twice as long, and longer with
     * every row), and, as that leaves one for any number of keys, made once: a quarter of what PostgreSQL does for a single
     * event was planning.
     */
    private static final String WRITING =
            "set statement_timeout = '30s'; set idle_in_transaction_session_timeout = '30s';"
                    + " set plan_cache_mode = force_generic_plan;"
                    + " set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set jit = off";

    private static final Duration WRITING_SILENCE = Duration.ofSeconds(35);

    /** How much longer than the server's own timeout an answer may take. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final PostgresSettings settings;
    private final HikariDataSource writing;
    private final HikariDataSource reading;

    private volatile boolean away;
    private final Semaphore probe = new Semaphore(1);

    Database(String app, PostgresSettings settings) {
        this.settings = settings;
        writing = new HikariDataSource(config("projections-" + app, WRITING, WRITING_SILENCE, false));
        reading = new HikariDataSource(config(
                "queries-" + app, reading(settings), settings.queryTimeout().plus(GRACE), true));
    }

    /** In a transaction, at READ COMMITTED: every statement sees what was committed before it began. */
    Connection write() throws SQLException {
        return writing.getConnection();
    }

    /** What is done in one transaction. */
    interface Work<T> {
        T in(Connection connection) throws SQLException;
    }

    /** Does it in a transaction as {@link #write} gives, all of it or nothing. */
    <T> T inTransaction(Work<T> work) throws SQLException {
        try (Connection connection = write()) {
            try {
                T result = work.in(connection);
                connection.commit();
                return result;
            } catch (Throwable e) {
                rollback(connection);
                throw e;
            }
        }
    }

    static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // The connection is gone, and the transaction with it.
        }
    }

    /**
     * Read only, one statement a transaction unless begun otherwise, at REPEATABLE READ: statements of one transaction
     * see the same. While the database is known to be away, one caller tries it and the others fail at once.
     */
    Connection read() throws SQLException {
        boolean probing = away;
        if (probing && !probe.tryAcquire()) {
            throw new SQLException("The database is away", "08001");
        }
        try {
            Connection connection = reading.getConnection();
            away = false;
            return connection;
        } catch (SQLException e) {
            // Without a cause the pool was merely busy, and a caller that was interrupted says nothing of the database.
            away = away || e.getCause() != null && !Thread.currentThread().isInterrupted();
            throw e;
        } finally {
            if (probing) {
                probe.release();
            }
        }
    }

    /** Whether it was away when it was last tried. */
    boolean isAway() {
        return away;
    }

    /** A connection outside of the pools, that the caller closes. */
    Connection own() throws SQLException {
        Connection connection = DriverManager.getConnection(settings.jdbcUrl(), properties(Duration.ZERO));
        away = false;
        return connection;
    }

    private HikariConfig config(String name, String init, Duration silence, boolean readOnly) {
        var config = new HikariConfig();
        config.setPoolName("diptych-" + name);
        config.setJdbcUrl(settings.jdbcUrl());
        config.setDataSourceProperties(properties(silence));
        config.setConnectionInitSql(init);
        config.setMaximumPoolSize(settings.poolSize());
        config.setMinimumIdle(1);
        config.setIdleTimeout(Duration.ofMinutes(1).toMillis());
        config.setConnectionTimeout(CONNECT.toMillis());
        config.setValidationTimeout(CONNECT.dividedBy(2).toMillis());
        config.setInitializationFailTimeout(-1);
        config.setReadOnly(readOnly);
        config.setAutoCommit(readOnly);
        config.setTransactionIsolation(readOnly ? "TRANSACTION_REPEATABLE_READ" : "TRANSACTION_READ_COMMITTED");
        return config;
    }

    private static String reading(PostgresSettings settings) {
        long millis = settings.queryTimeout().toMillis();
        return "set statement_timeout = " + millis + "; set idle_in_transaction_session_timeout = " + millis;
    }

    /** @param silence after which a connection with a statement under way is given up; zero for never */
    private Properties properties(Duration silence) {
        var properties = new Properties();
        if (settings.user() != null) {
            PGProperty.USER.set(properties, settings.user());
        }
        if (settings.password() != null) {
            PGProperty.PASSWORD.set(properties, settings.password());
        }
        PGProperty.APPLICATION_NAME.set(properties, "diptych");
        PGProperty.CONNECT_TIMEOUT.set(properties, (int) CONNECT.toSeconds());
        PGProperty.LOGIN_TIMEOUT.set(properties, (int) CONNECT.toSeconds());
        PGProperty.SOCKET_TIMEOUT.set(properties, (int) silence.toSeconds());
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        return properties;
    }

    @Override
    public void close() {
        writing.close();
        reading.close();
    }
}
