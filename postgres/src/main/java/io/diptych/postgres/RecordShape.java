package io.diptych.postgres;

import io.diptych.ConfigurationException;
import io.diptych.projection.Indexed;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the components of a record stand in the database. Everything about the record is looked up here, once; afterwards
 * a record costs method handle calls only.
 */
final class RecordShape {

    /** Every PostgreSQL table has these already. */
    private static final Set<String> SYSTEM_COLUMNS = Set.of("tableoid", "xmin", "cmin", "xmax", "cmax", "ctid");

    private final String what;
    private final String owner;
    private final Class<?> type;
    private final List<Component> components;
    private final MethodHandle constructor;

    /**
     * @param what the record is, for messages: {@code row record}
     * @param owner what it belongs to, for messages: {@code read model [name]}
     * @throws ConfigurationException naming the component that has no place in the database, and what would have
     */
    RecordShape(String what, String owner, Class<?> type) {
        this.what = what;
        this.owner = owner;
        this.type = type;
        var found = new ArrayList<Component>();
        var names = new HashSet<String>();
        for (RecordComponent component : recordComponents()) {
            Column column = column(component);
            found.add(new Component(column, accessor(component)));
            if (!names.add(column.name())) {
                throw refused(component, "has the same column [" + column.name() + "] as another: rename one");
            }
        }
        components = List.copyOf(found);
        constructor = canonicalConstructor();
    }

    /** {@code row record [Sale] of read model [sales]}. */
    String described() {
        return what + " [" + type.getName() + "] of " + owner;
    }

    RecordComponent[] recordComponents() {
        return type.getRecordComponents();
    }

    /** In the order of the record. */
    List<Component> components() {
        return components;
    }

    /** In the order of the record. */
    List<Column> columns() {
        return components.stream().map(Component::column).toList();
    }

    /** Takes an array of the values of all components as an Object[] and gives the record as an Object. */
    MethodHandle constructor() {
        return constructor;
    }

    ConfigurationException refused(RecordComponent component, String why) {
        return new ConfigurationException("The component [" + component.getName() + "] of " + what + " ["
                + type.getName() + "] (" + owner + ") " + why);
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

    private MethodHandle canonicalConstructor() {
        RecordComponent[] components = recordComponents();
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = components[i].getType();
        }
        try {
            var canonical = type.getDeclaredConstructor(types);
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
        return new ConfigurationException("The " + described() + " cannot be used by reflection (" + cause.getMessage()
                + "): open its package to this module");
    }
}
