package io.diptych.projection;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Rows as they are, and then every change of them, in the order of the commits. For one thread, except for
 * {@link #close}.
 */
public interface RowStream extends AutoCloseable {

    /** What a stream tells. */
    enum Kind {
        /** A row as it is; among these, changes of rows that were told already. */
        ROW,
        /** All rows have been told: from now on there are changes. */
        COMPLETE,
        /** A row has come to match, or matches still and has changed. */
        CHANGED,
        /** A row has been deleted, or does not match any more. */
        REMOVED,
        /** What comes does not go on from what was seen last: forget all rows, they come anew. */
        RESET;

        /** As it stands in a stream, such as {@code changed}. */
        public String written() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One event.
     *
     * @param id with which a stream goes on after it; null while not all rows have been told
     * @param json the row; for {@link Kind#REMOVED} its key field alone; otherwise an object for people
     */
    record Event(Kind kind, @Nullable String id, String json) {}

    /**
     * What was read at once.
     *
     * @param id with which a stream goes on after all of it, also past changes that do not match; null while not all rows
     *     have been told
     */
    record Portion(List<Event> events, @Nullable String id) {}

    /**
     * What comes next; waits when there is nothing.
     *
     * @param atMost how long
     * @return without events when nothing came in that time, or when it was closed
     * @throws io.diptych.message.ProblemException when it cannot be told now, or not any more; the next call goes on
     *     where this one began
     */
    Portion next(Duration atMost) throws InterruptedException;

    /** Ends {@link #next}, now and from now on; for any thread. */
    @Override
    void close();
}
