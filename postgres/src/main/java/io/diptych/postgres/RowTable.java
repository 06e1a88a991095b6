package io.diptych.postgres;

import io.diptych.projection.internal.RowStore.RowRefusedException;
import java.lang.reflect.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads and writes rows of one read model, many at a time, within somebody's transaction. */
final class RowTable<R> {

    private final RowMapping<R> mapping;
    private final RowStatements sql;

    RowTable(RowMapping<R> mapping, RowStatements sql) {
        this.mapping = mapping;
        this.sql = sql;
    }

    RowMapping<R> mapping() {
        return mapping;
    }

    /**
     * The keys as a parameter. In order, so that neighbours are found on the same page of the index.
     *
     * @throws RowRefusedException when one of them cannot be a key of the table
     */
    java.sql.Array keys(Connection connection, Collection<Object> keys) throws SQLException {
        Kind kind = mapping.key().kind();
        Object[] elements = (Object[]) Array.newInstance(kind.elementClass(), keys.size());
        int i = 0;
        for (Object key : keys) {
            elements[i++] = element(kind, key);
        }
        Arrays.sort(elements);
        return connection.createArrayOf(kind.elementType(), elements);
    }

    private Object element(Kind kind, Object key) {
        if (!kind.javaType().isInstance(key)) {
            throw new RowRefusedException(
                    "The projection of read model [" + mapping.readModel() + "] gave the key [" + key + "] of type ["
                            + key.getClass().getName() + "], but the @Key ["
                            + mapping.key().field()
                            + "] is of type [" + kind.javaType().getName() + "]",
                    null);
        }
        if (!kind.canonical().apply(key).equals(key)) {
            throw new RowRefusedException(
                    "The projection of read model [" + mapping.readModel() + "] gave the key [" + key
                            + "], which is finer than the microseconds that PostgreSQL keeps: truncate it",
                    null);
        }
        return kind.element(key);
    }

    Map<Object, R> load(Connection connection, Collection<Object> keys) throws SQLException {
        if (keys.isEmpty()) {
            return Map.of();
        }
        try (PreparedStatement statement = connection.prepareStatement(sql.load())) {
            new Parameters(statement).array(keys(connection, keys));
            return read(statement.executeQuery());
        }
    }

    /** All rows of a result of {@link RowStatements#load}, which is closed. */
    Map<Object, R> read(ResultSet result) throws SQLException {
        var rows = new HashMap<Object, R>();
        try (result) {
            while (result.next()) {
                R row = mapping.read(result);
                rows.put(mapping.keyOf(row), row);
            }
        }
        return rows;
    }

    /** Writes what differs between the two, of these keys. */
    void write(Connection connection, Map<Object, R> stored, Map<Object, @Nullable R> folded, Collection<Object> keys)
            throws SQLException {
        var some = new HashMap<Object, @Nullable R>();
        keys.stream().filter(folded::containsKey).forEach(key -> some.put(key, folded.get(key)));
        Changes<R> changes = Changes.of(mapping, some.keySet(), stored, some);
        if (!changes.upserts().isEmpty() || !changes.deletes().isEmpty()) {
            String write =
                    sql.write(!changes.upserts().isEmpty(), !changes.deletes().isEmpty());
            try (PreparedStatement statement = connection.prepareStatement(write)) {
                bind(connection, new Parameters(statement), changes);
                statement.execute();
            }
        }
    }

    /** The parameters of {@link RowStatements#write}. */
    void bind(Connection connection, Parameters parameters, Changes<R> changes) throws SQLException {
        if (!changes.upserts().isEmpty()) {
            for (Component component : mapping.components()) {
                parameters.array(
                        connection.createArrayOf(component.column().kind().elementType(), changes.elements(component)));
            }
        }
        if (!changes.deletes().isEmpty()) {
            parameters.array(connection.createArrayOf(mapping.key().kind().elementType(), changes.deletedKeys()));
        }
    }
}
