package io.diptych.server.internal;

import io.diptych.command.Aggregate;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Finds out which component of a command is its aggregate's id, which the application gives as a function. */
final class IdField {

    private IdField() {}

    /** The component's name: asked by giving the function a command whose texts are their own names; null if unclear. */
    static @Nullable String of(Aggregate<?, ?, ?> aggregate, Class<?> type) {
        return type.isRecord() ? probed(aggregate, type) : null;
    }

    private static <C> @Nullable String probed(Aggregate<C, ?, ?> aggregate, Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        try {
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            Object[] values = Arrays.stream(components).map(IdField::sample).toArray(Object[]::new);
            C probe = aggregate.commandType().cast(constructor.newInstance(values));
            String id = aggregate.id().apply(probe);
            return Arrays.stream(components)
                    .map(RecordComponent::getName)
                    .filter(name -> name.equals(id))
                    .findFirst()
                    .orElse(null);
        } catch (ReflectiveOperationException | RuntimeException e) {
            // The record or the function insists on values of its own: the schema is then a little less precise.
            return null;
        }
    }

    private static @Nullable Object sample(RecordComponent component) {
        Class<?> type = component.getType();
        if (type.equals(String.class)) {
            return component.getName();
        }
        if (!type.isPrimitive()) {
            return null;
        }
        if (type.equals(boolean.class)) {
            return false;
        }
        if (type.equals(char.class)) {
            return 'x';
        }
        if (type.equals(long.class)) {
            return 1L;
        }
        if (type.equals(double.class)) {
            return 1.0;
        }
        if (type.equals(float.class)) {
            return 1.0f;
        }
        if (type.equals(short.class)) {
            return (short) 1;
        }
        return type.equals(byte.class) ? (Object) (byte) 1 : (Object) 1;
    }
}
