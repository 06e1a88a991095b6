package io.diptych.bench.rival.pekko;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.projection.jdbc.JdbcSession;

/** One transaction of a projection. */
final class JdbcConnection implements JdbcSession {

    private final Connection connection;

    JdbcConnection(DataSource database) {
        try {
            connection = database.getConnection();
        } catch (SQLException e) {
            throw new IllegalStateException("The database cannot be reached", e);
        }
    }

    @Override
    public <R> R withConnection(Function<Connection, R> function) throws Exception {
        return function.apply(connection);
    }

    @Override
    public void commit() throws SQLException {
        connection.commit();
    }

    @Override
    public void rollback() throws SQLException {
        connection.rollback();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
