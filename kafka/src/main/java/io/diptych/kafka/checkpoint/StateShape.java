package io.diptych.kafka.checkpoint;

import io.diptych.command.Aggregate;
import io.diptych.command.internal.AggregateStateCodec;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Tells whether kept states are of the form that the application has now: a hash of the version that the user names,
 * of the layout of the bytes, and of the names and types of all that the state consists of.
 */
final class StateShape {

    /** Enough to tell one form of one aggregate's state from another. */
    static final int BYTES = 4;

    private final StringBuilder description = new StringBuilder();
    private final Set<Type> seen = new LinkedHashSet<>();

    private StateShape() {}

    static byte[] of(Aggregate<?, ?, ?> aggregate) {
        try {
            byte[] description = describe(aggregate).getBytes(StandardCharsets.UTF_8);
            return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(description), BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    static String describe(Aggregate<?, ?, ?> aggregate) {
        var shape = new StateShape();
        shape.description
                .append("format ")
                .append(AggregateStateCodec.FORMAT)
                .append(", version ")
                .append(aggregate.stateVersion())
                .append(": ");
        shape.add(aggregate.stateType());
        return shape.description.toString();
    }

    private void add(Type type) {
        description.append(type.getTypeName()).append(' ');
        if (type instanceof ParameterizedType generic) {
            for (Type argument : generic.getActualTypeArguments()) {
                add(argument);
            }
        }
        if (!(type instanceof Class<?> javaClass) || !seen.add(type)) {
            return;
        }
        if (javaClass.isRecord()) {
            for (RecordComponent component : javaClass.getRecordComponents()) {
                description.append(component.getName()).append('=');
                add(component.getGenericType());
            }
        } else if (javaClass.isEnum()) {
            description.append(Arrays.toString(javaClass.getEnumConstants()));
        } else if (javaClass.isArray()) {
            add(javaClass.getComponentType());
        } else if (javaClass.isSealed()) {
            Arrays.stream(javaClass.getPermittedSubclasses()).forEach(this::add);
        }
    }
}
