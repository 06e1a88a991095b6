package io.diptych.postgres;

import io.diptych.ConfigurationException;
import io.diptych.projection.Key;
import io.diptych.projection.ReadModel;
import io.diptych.projection.internal.RowStore.RowRefusedException;
import java.lang.reflect.RecordComponent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How a row record stands in its table. */
final class RowMapping<R> {

    private final String readModel;
    private final Class<R> rowType;
    private final RecordShape record;
    private final List<Component> components;
    private final Component key;
    private final Shape shape;
    /** Of kinds of which the database holds less than Java. */
    private final List<Component> inexact;

    private RowMapping(String readModel, Class<R> rowType) {
        this.readModel = readModel;
        this.rowType = rowType;
        record = new RecordShape("row record", "read model [" + readModel + "]", rowType);
        components = record.components();
        inexact = components.stream().filter(c -> c.column().kind().inexact()).toList();
        key = key(record);
        shape = new Shape(readModel, record.columns(), key.column());
    }

    private static Component key(RecordShape record) {
        Component found = null;
        RecordComponent[] components = record.recordComponents();
        for (int i = 0; i < components.length; i++) {
            if (components[i].isAnnotationPresent(Key.class)) {
                if (found != null) {
                    throw record.refused(
                            components[i],
                            "is a second @Key beside [" + found.column().field() + "]: keep one");
                }
                found = record.components().get(i);
                requireKey(record, components[i], found.column());
            }
        }
        if (found == null) {
            throw new ConfigurationException(
                    "The " + record.described() + " has no key: mark the component that identifies a row with @Key");
        }
        return found;
    }

    private static void requireKey(RecordShape record, RecordComponent component, Column column) {
        if (!column.kind().key() || column.nullable()) {
            throw record.refused(
                    component,
                    "cannot be the @Key: a key is never null and of a type whose equal values are equal everywhere,"
                            + " such as String, int, long, UUID, LocalDate or Instant");
        }
    }

    /** @throws ConfigurationException naming the component that has no place in a table, and what would have */
    static <R> RowMapping<R> of(ReadModel<?, R> model) {
        return new RowMapping<>(model.name(), model.rowType());
    }

    String readModel() {
        return readModel;
    }

    /** The columns. */
    Shape shape() {
        return shape;
    }

    /** In the order of the record. */
    List<Component> components() {
        return components;
    }

    Column key() {
        return key.column();
    }

    /** The current row of a result whose columns are {@link #columns}. */
    R read(ResultSet result) throws SQLException {
        var values = new @Nullable Object[components.size()];
        for (int i = 0; i < values.length; i++) {
            Column column = components.get(i).column();
            try {
                values[i] = column.kind().reader().read(result, i + 1);
            } catch (IllegalArgumentException e) {
                throw new RowRefusedException(
                        "The table of read model [" + readModel + "] holds in column [" + column.name()
                                + "] what [" + rowType.getName() + "] does not know (" + e.getMessage()
                                + "): give the enum its constant back, or drop the table to rebuild it",
                        e);
            }
        }
        return create(values);
    }

    /** The row's fields as a query shows them. */
    Map<String, @Nullable Object> fields(R row) {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        for (Component component : components) {
            Object value = component.of(row);
            fields.put(component.column().field(), value instanceof Enum<?> constant ? constant.name() : value);
        }
        return fields;
    }

    /** The key of that row; null when a projection has left it out. */
    @Nullable
    Object keyIn(R row) {
        return key.of(row);
    }

    /** The key of a row that has one, as all stored ones have. */
    Object keyOf(R row) {
        return Objects.requireNonNull(key.of(row));
    }

    /** The row as it is read back after it was written. */
    R canonical(R row) {
        for (Component component : inexact) {
            Object value = component.of(row);
            if (value != null
                    && !component.column().kind().canonical().apply(value).equals(value)) {
                return create(components.stream().map(c -> canonical(c, row)).toArray());
            }
        }
        return row;
    }

    private @Nullable Object canonical(Component component, R row) {
        Object value = component.of(row);
        return value == null ? null : component.column().kind().canonical().apply(value);
    }

    @SuppressWarnings("unchecked")
    private R create(@Nullable Object[] values) {
        try {
            return (R) (Object) record.constructor().invokeExact(values);
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new RowRefusedException(
                    "The record [" + rowType.getName() + "] of read model [" + readModel + "] refuses a stored row: "
                            + e,
                    e);
        }
    }
}
