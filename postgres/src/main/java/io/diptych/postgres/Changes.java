package io.diptych.postgres;

import io.diptych.projection.internal.RowStore.RowRefusedException;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a fold changed, as arrays for one statement each. Rows that stayed as they were are not written. */
final class Changes<R> {

    private final RowMapping<R> mapping;
    private final List<R> upserts = new ArrayList<>();
    private final List<Object> deletes = new ArrayList<>();
    private final List<Change<R>> all = new ArrayList<>();

    /** One row; null before it was there, and after it is not any more. */
    record Change<R>(
            Object key, @Nullable R before, @Nullable R after) {}

    private Changes(RowMapping<R> mapping) {
        this.mapping = mapping;
    }

    static <R> Changes<R> none(RowMapping<R> mapping) {
        return new Changes<>(mapping);
    }

    /** In the order of the keys, so that neighbours are found on the same page of the index. */
    @SuppressWarnings("unchecked") // all elements of keys are strings or numbers
    static <R> Changes<R> of(
            RowMapping<R> mapping, Set<Object> allowed, Map<Object, R> stored, Map<Object, @Nullable R> folded) {
        var changes = new Changes<R>(mapping);
        folded.forEach((key, row) -> {
            if (!allowed.contains(key)) {
                throw new IllegalArgumentException("The fold changed the row [" + key + "] of read model ["
                        + mapping.readModel() + "], which is not among the keys of the batch");
            }
            changes.add(key, stored.get(key), row);
        });
        changes.all.sort(Comparator.comparing(
                change -> (Comparable<Object>) mapping.key().kind().element(change.key())));
        for (Change<R> change : changes.all) {
            if (change.after() == null) {
                changes.deletes.add(mapping.key().kind().element(change.key()));
            } else {
                changes.upserts.add(change.after());
            }
        }
        return changes;
    }

    private void add(Object key, @Nullable R before, @Nullable R after) {
        if (after == null) {
            if (before != null) {
                all.add(new Change<>(key, before, null));
            }
        } else if (!after.equals(before)) {
            if (!key.equals(mapping.keyIn(after))) {
                throw new RowRefusedException(
                        "The projection of read model [" + mapping.readModel() + "] made a row with the key ["
                                + mapping.keyIn(after) + "] for the key [" + key + "]: they must be equal",
                        null);
            }
            all.add(new Change<>(key, before, after));
        }
    }

    /** In the order of the keys. */
    List<Change<R>> all() {
        return all;
    }

    List<R> upserts() {
        return upserts;
    }

    List<Object> deletes() {
        return deletes;
    }

    /** The values of one column, in the order of {@link #upserts}. */
    Object[] elements(Component component) {
        Column column = component.column();
        Object[] elements = array(column, upserts.size());
        for (int i = 0; i < elements.length; i++) {
            Object value = component.of(upserts.get(i));
            if (value != null) {
                elements[i] = column.kind().element(value);
            } else if (!column.nullable()) {
                throw new RowRefusedException(
                        "The row [" + mapping.keyIn(upserts.get(i)) + "] of read model [" + mapping.readModel()
                                + "] has null in [" + column.field() + "]: mark the component @Nullable or set it",
                        null);
            }
        }
        return elements;
    }

    Object[] deletedKeys() {
        return deletes.toArray(array(mapping.key(), 0));
    }

    /** Typed, because the driver sends arrays of its own types in binary. */
    private static Object[] array(Column column, int length) {
        return (Object[]) Array.newInstance(column.kind().elementClass(), length);
    }
}
