package io.diptych.projection;

import io.diptych.message.ProblemException;
import java.util.List;

/**
 * The generations of all read models, and what an operator does with them. Safe for many threads and nodes. All methods
 * throw {@link ProblemException} when the database is away, and for a read model that does not exist.
 */
public interface Generations {

    /** All that there are, by read model and number. */
    List<Generation> all();

    /**
     * Begins to make the rows anew from the first event, beside those that serve. The nodes with the projection role
     * fill it and have it take over by themselves.
     *
     * @param keep whether the one that serves now is kept when the new one has taken over, else it is dropped then
     * @throws ProblemException also when one is being filled already
     */
    Generation rebuild(String readModel, boolean keep);

    /**
     * Has the newest of the kept generations serve again; the one that serves now is kept.
     *
     * @throws ProblemException also when none is kept, or when it is not current and so would show older rows
     */
    Generation rollback(String readModel);

    /**
     * Drops a generation that does not serve: its rows and all that belongs to it.
     *
     * @throws ProblemException also when there is no such generation, or when it serves
     */
    void drop(String readModel, int number);
}
