package io.diptych.projection;

import io.diptych.command.Aggregate;
import io.diptych.message.Recorded;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Names a read model: which aggregate's events are folded by which projection into which rows.
 *
 * @param name lower case, as it stands in the view's name and in URLs
 * @param version 1 or greater; raise it whenever the projection or the row record changes: the rows are then made anew
 *     from the first event, beside the old ones, which serve until the new ones have caught up
 * @param aggregate whose events feed it
 * @param rowType the record that is a row
 * @param projection the fold: a {@link Projection}, or a {@link WindowedProjection}
 * @param batching how many events one transaction applies
 * @param changeLog how its changes are kept, so that rows can be watched; null: they are not
 */
public record ReadModel<E, R>(
        String name,
        int version,
        Aggregate<?, ?, E> aggregate,
        Class<R> rowType,
        Folding<E, R> projection,
        Batching batching,
        @Nullable ChangeLog changeLog) {

    /** Checks the name, the version and that rows are records. */
    public ReadModel {
        Aggregate.requireName("read model", name);
        if (version < 1) {
            throw new IllegalArgumentException(
                    "The version [" + version + "] of read model [" + name + "] must be 1 or greater");
        }
        if (!rowType.isRecord()) {
            throw new IllegalArgumentException(
                    "The row type [" + rowType.getName() + "] of read model [" + name + "] must be a record");
        }
    }

    /** The first version. */
    public ReadModel(String name, Aggregate<?, ?, E> aggregate, Class<R> rowType, Folding<E, R> projection) {
        this(name, 1, aggregate, rowType, projection, Batching.DEFAULT, null);
    }

    /** The first version, with the projection as its two functions: {@link Projection#key} and {@link Projection#evolve}. */
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

    /** Its windows of event time; null when it has none. */
    public @Nullable Windows windows() {
        return projection instanceof WindowedProjection<E, R> windowed ? windowed.windows() : null;
    }

    /** The same as that version. */
    public ReadModel<E, R> withVersion(int number) {
        return new ReadModel<>(name, number, aggregate, rowType, projection, batching, changeLog);
    }

    /** The same with other batches. */
    public ReadModel<E, R> withBatching(Batching other) {
        return new ReadModel<>(name, version, aggregate, rowType, projection, other, changeLog);
    }

    /** The same, whose changes are kept: rows can be watched, and published. */
    public ReadModel<E, R> withChangeLog(ChangeLog log) {
        return new ReadModel<>(name, version, aggregate, rowType, projection, batching, log);
    }
}
