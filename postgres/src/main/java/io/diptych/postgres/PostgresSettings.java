package io.diptych.postgres;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the read models live.
 *
 * @param jdbcUrl such as {@code jdbc:postgresql://localhost:5432/orders}; may carry any setting of the driver
 * @param user null when the URL names it
 * @param password null when the URL names it or none is needed; never logged
 * @param queryTimeout after which a query is given up, on the server; a server that does not answer at all is given up
 *     two seconds later
 * @param poolSize at most this many connections for projections, and as many again for queries; one more listens
 */
public record PostgresSettings(
        String jdbcUrl, @Nullable String user, @Nullable String password, int poolSize, Duration queryTimeout) {

    /** Enough for the read models of one node: a connection is held only while a batch or a query runs. */
    public static final int DEFAULT_POOL_SIZE = 8;

    /** Longer than any query by key or index takes; a caller that waits longer has given up. */
    public static final Duration DEFAULT_QUERY_TIMEOUT = Duration.ofSeconds(8);

    /** Checks the values. */
    public PostgresSettings {
        if (poolSize < 1) {
            throw new IllegalArgumentException("The pool size [" + poolSize + "] must be at least 1");
        }
        if (queryTimeout.toMillis() < 1) {
            throw new IllegalArgumentException("The query timeout [" + queryTimeout + "] must be at least 1 ms");
        }
    }

    /** With the defaults. */
    public static PostgresSettings of(String jdbcUrl, @Nullable String user, @Nullable String password) {
        return new PostgresSettings(jdbcUrl, user, password, DEFAULT_POOL_SIZE, DEFAULT_QUERY_TIMEOUT);
    }

    /** The same with another patience for queries. */
    public PostgresSettings withQueryTimeout(Duration timeout) {
        return new PostgresSettings(jdbcUrl, user, password, poolSize, timeout);
    }

    /** Without the password, and without the URL's parameters, which may hold one. */
    @Override
    public String toString() {
        int query = jdbcUrl.indexOf('?');
        return "PostgresSettings[jdbcUrl=" + (query < 0 ? jdbcUrl : jdbcUrl.substring(0, query)) + ", user=" + user
                + ", poolSize=" + poolSize + "]";
    }
}
