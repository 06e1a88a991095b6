package io.diptych.projection.internal;

import io.diptych.projection.Generation;
import io.diptych.projection.ReadModel;
import io.diptych.projection.internal.RowStore.StoreUnavailableException;
import java.util.List;

/** Where the read models of an app live. Methods may throw {@link StoreUnavailableException}. */
public interface ReadModelStore {

    /** The generations of all read models, as they are now. */
    List<Generation> generations();

    /**
     * Has a generation that is being filled serve, if it is nowhere behind the one that serves; costs next to nothing
     * while it is far behind. From then on every query sees its rows.
     *
     * @return whether it serves now
     */
    boolean takeOver(Generation filling);

    /** Clears away what generations that were dropped have left, and changes that are not to be kept any longer. */
    void tidy();

    /** The rows and positions of one generation. */
    <R> RowStore<R> rows(ReadModel<?, R> readModel, int generation);
}
