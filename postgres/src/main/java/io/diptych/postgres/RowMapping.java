package io.diptych.postgres;

import io.diptych.ConfigurationException;
import io.diptych.projection.Indexed;
import io.diptych.projection.Key;
import io.diptych.projection.ReadModel;
import io.diptych.projection.internal.RowStore.RowRefusedException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a row record stands in its table. Everything about the record is looked up here, once; afterwards a row costs
 * method handle calls only.
 */
final class RowMapping<R> {

    /** Every PostgreSQL table has these already. */
    private static final Set<String> SYSTEM_COLUMNS = Set.of("tableoid", "xmin", "cmin", "xmax", "cmax", "ctid");

    private final String readModel;
    private final Class<R> rowType;
    private final Shape shape;
    private final List<Component> components;
    private final Component key;
    private final MethodHandle constructor;
    /** Of kinds of which the database holds less than Java. */
    private final List<Component> inexact;

    private RowMapping(String readModel, Class<R> rowType) {
        this.readModel = readModel;
        this.rowType = rowType;
        RecordComponent[] recordComponents = rowType.getRecordComponents();
        var found = new ArrayList<Component>();
        var names = new HashSet<String>();
        Component keyFound = null;
        for (RecordComponent component : recordComponents) {
            Column column = column(component);
            var accessed = new Component(column, accessor(component));
            found.add(accessed);
            if (!names.add(column.name())) {
                throw refused(component, "has the same column [" + column.name() + "] as another: rename one");
            }
            if (component.isAnnotationPresent(Key.class)) {
                if (keyFound != null) {
                    throw refused(
                            component,
                            "is a second @Key beside [" + keyFound.column().field() + "]: keep one");
                }
                requireKey(component, column);
                keyFound = accessed;
            }
        }
        if (keyFound == null) {
            throw new ConfigurationException("The row record [" + rowType.getName() + "] of read model [" + readModel
                    + "] has no key: mark the component that identifies a row with @Key");
        }
        components = List.copyOf(found);
        inexact = components.stream().filter(c -> c.column().kind().inexact()).toList();
        key = keyFound;
        shape = new Shape(readModel, found.stream().map(Component::column).toList(), keyFound.column());
        constructor = constructor(recordComponents);
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
            return (R) (Object) constructor.invokeExact(values);
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new RowRefusedException(
                    "The record [" + rowType.getName() + "] of read model [" + readModel + "] refuses a stored row: "
                            + e,
                    e);
        }
    }

    private Column column(RecordComponent component) {
        Kind kind = Kind.of(component.getType());
        if (kind == null) {
            throw refused(
                    component,
                    "has the type [" + component.getGenericType().getTypeName()
                            + "], for which there is no column: use " + Kind.names());
        }
        String name = Names.snakeCase(component.getName());
        if (name.getBytes(StandardCharsets.UTF_8).length > Names.MAX_BYTES || SYSTEM_COLUMNS.contains(name)) {
            throw refused(component, "cannot be a column's name in PostgreSQL: choose another, of at most 63 bytes");
        }
        boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
        return new Column(component.getName(), name, kind, nullable, component.isAnnotationPresent(Indexed.class));
    }

    private void requireKey(RecordComponent component, Column column) {
        if (!column.kind().key() || column.nullable()) {
            throw refused(
                    component,
                    "cannot be the @Key: a key is never null and of a type whose equal values are equal everywhere,"
                            + " such as String, int, long, UUID, LocalDate or Instant");
        }
    }

    private MethodHandle accessor(RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return MethodHandles.lookup()
                    .unreflect(component.getAccessor())
                    .asType(MethodType.methodType(Object.class, Object.class));
        } catch (IllegalAccessException | RuntimeException e) {
            throw closed(e);
        }
    }

    private MethodHandle constructor(RecordComponent[] components) {
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = components[i].getType();
        }
        try {
            var canonical = rowType.getDeclaredConstructor(types);
            canonical.setAccessible(true);
            return MethodHandles.lookup()
                    .unreflectConstructor(canonical)
                    .asSpreader(Object[].class, types.length)
                    .asType(MethodType.methodType(Object.class, Object[].class));
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw closed(e);
        }
    }

    private ConfigurationException closed(Exception cause) {
        return new ConfigurationException("The row record [" + rowType.getName() + "] of read model [" + readModel
                + "] cannot be used by reflection (" + cause.getMessage() + "): open its package to this module");
    }

    private ConfigurationException refused(RecordComponent component, String why) {
        return new ConfigurationException("The component [" + component.getName() + "] of row record ["
                + rowType.getName() + "] (read model [" + readModel + "]) " + why);
    }
}
