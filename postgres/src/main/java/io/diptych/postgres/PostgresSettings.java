package io.diptych.postgres;

import org.jspecify.annotations.Nullable;

/**
 * Where the read models live.
 *
 * @param jdbcUrl such as {@code jdbc:postgresql://localhost:5432/orders}; may carry any setting of the driver
 * @param user null when the URL names it
 * @param password null when the URL names it or none is needed; never logged
 * @param poolSize at most this many connections for projections, and as many again for queries; one more listens
 */
public record PostgresSettings(
        String jdbcUrl, @Nullable String user, @Nullable String password, int poolSize) {

    /** Enough for the read models of one node: a connection is held only while a batch or a query runs. */
    public static final int DEFAULT_POOL_SIZE = 8;

    /** Checks the size. */
    public PostgresSettings {
        if (poolSize < 1) {
            throw new IllegalArgumentException("The pool size [" + poolSize + "] must be at least 1");
        }
    }

    /** With the default pool size. */
    public static PostgresSettings of(String jdbcUrl, @Nullable String user, @Nullable String password) {
        return new PostgresSettings(jdbcUrl, user, password, DEFAULT_POOL_SIZE);
    }

    /** Without the password, and without the URL's parameters, which may hold one. */
    @Override
    public String toString() {
        int query = jdbcUrl.indexOf('?');
        return "PostgresSettings[jdbcUrl=" + (query < 0 ? jdbcUrl : jdbcUrl.substring(0, query)) + ", user=" + user
                + ", poolSize=" + poolSize + "]";
    }
}
