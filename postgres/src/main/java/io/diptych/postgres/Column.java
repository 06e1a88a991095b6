package io.diptych.postgres;

import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * A component of a row record and its column.
 *
 * @param field the component's name
 * @param name the column's name
 * @param accessor takes the row as an Object and gives an Object
 */
record Column(String field, String name, Kind kind, boolean nullable, boolean indexed, MethodHandle accessor) {

    /** The value in that row. */
    @Nullable
    Object of(Object row) {
        try {
            return (Object) accessor.invokeExact(row);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("The accessor of [" + field + "] failed", e);
        }
    }

    String quoted() {
        return Names.quote(name);
    }

    /** A placeholder for one value of this column. */
    String parameter() {
        return "cast(? as " + kind.columnType() + ")";
    }
}
