package io.diptych.projection;

import io.diptych.command.Aggregate;

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
}
