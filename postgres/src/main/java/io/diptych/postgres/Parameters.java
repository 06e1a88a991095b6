package io.diptych.postgres;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Sets the parameters of a statement one after the other. */
final class Parameters {

    private final PreparedStatement statement;
    private int index;

    Parameters(PreparedStatement statement) {
        this.statement = statement;
    }

    Parameters text(@Nullable String value) throws SQLException {
        statement.setString(++index, value);
        return this;
    }

    Parameters number(int value) throws SQLException {
        statement.setInt(++index, value);
        return this;
    }

    Parameters number(long value) throws SQLException {
        statement.setLong(++index, value);
        return this;
    }

    Parameters bool(boolean value) throws SQLException {
        statement.setBoolean(++index, value);
        return this;
    }

    Parameters bytes(byte @Nullable [] value) throws SQLException {
        statement.setBytes(++index, value);
        return this;
    }

    Parameters array(Array value) throws SQLException {
        statement.setArray(++index, value);
        return this;
    }

    /** An array of a simple type, such as {@code text} or {@code int8}, that the values' class stands for. */
    Parameters array(String type, @Nullable Object[] values) throws SQLException {
        return array(connection().createArrayOf(type, values));
    }

    Parameters texts(Collection<String> values) throws SQLException {
        return array("text", values.toArray(String[]::new));
    }

    private Connection connection() throws SQLException {
        return statement.getConnection();
    }
}
