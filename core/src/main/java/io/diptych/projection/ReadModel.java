package io.diptych.projection;

import io.diptych.command.Aggregate;
import io.diptych.message.Recorded;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Names a read model: which aggregate's events are folded by which projection into which rows.
 *
 * @param name lower case, as it stands in the table's name and in URLs
 * @param aggregate whose events feed it
 * @param rowType the record that is a row
 * @param projection the fold
 */
public record ReadModel<E, R>(
        String name, Aggregate<?, ?, E> aggregate, Class<R> rowType, Projection<E, R> projection) {

    /** Checks the name and that rows are records. */
    public ReadModel {
        Aggregate.requireName("read model", name);
        if (!rowType.isRecord()) {
            throw new IllegalArgumentException(
                    "The row type [" + rowType.getName() + "] of read model [" + name + "] must be a record");
        }
    }

    /** With the projection as its two functions: {@link Projection#key} and {@link Projection#evolve}. */
    public ReadModel(
            String name,
            Aggregate<?, ?, E> aggregate,
            Class<R> rowType,
            Function<E, ? extends @Nullable Object> key,
            BiFunction<@Nullable R, Recorded<E>, ? extends @Nullable R> evolve) {
        this(name, aggregate, rowType, new Projection<>() {
            @Override
            public @Nullable Object key(E event) {
                return key.apply(event);
            }

            @Override
            public @Nullable R evolve(@Nullable R row, Recorded<E> event) {
                return evolve.apply(row, event);
            }
        });
    }
}
