package io.diptych.postgres;

import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * A component of a row record and its column.
 *
 * @param accessor takes the row as an Object and gives an Object
 */
record Component(Column column, MethodHandle accessor) {

    /** The value in that row. */
    @Nullable
    Object of(Object row) {
        try {
            return (Object) accessor.invokeExact(row);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("The accessor of [" + column.field() + "] failed", e);
        }
    }
}
