package io.diptych.projection;

import io.diptych.message.Header;
import io.diptych.message.ProblemException;
import io.diptych.projection.DeadLetters.Page;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Events that came when the windows they belong to were closed, and so are not in the rows of a read model over windows.
 * They hold up nothing. Each waits until a person admits it, which folds it into its rows after all, or discards it. Safe
 * for many threads, on any node that has the database and the app's code.
 *
 * <p>A read model's name stands for the generation that serves, and the name of a generation's table for that one. What is
 * said of an event holds for all generations, those to come included.
 *
 * <p>All methods throw {@link ProblemException} for a read model or event that is not there, and when the database is away.
 */
public interface LateEvents {

    /** What became of a late event. */
    enum State {
        /** Nothing was said of it yet. */
        WAITING,
        /** It was folded into its rows after all. */
        ADMITTED,
        /** It was left out for good. */
        DISCARDED;

        /** The stable name, in lower case. */
        public String written() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How much is late of one generation of a read model over windows.
     *
     * @param name by which its late events are asked for: the read model's, or that of the table when it does not serve
     * @param watermark up to which time its events are thought to be complete; null for none yet
     * @param events that wait
     * @param oldest when the one that has waited longest came; null when none waits
     */
    record Depth(
            String name,
            String readModel,
            int generation,
            @Nullable Instant watermark,
            long events,
            @Nullable Instant oldest) {}

    /** Of all generations of all read models over windows. */
    List<Depth> depths();

    /**
     * A late event.
     *
     * @param id its number in this app's late events
     * @param time when it happened
     * @param watermark when it came
     * @param windows the starts of those that were closed
     * @param keys of the rows in these windows
     * @param since when it came
     * @param settled null while it waits
     */
    record Late(
            long id,
            int partition,
            long offset,
            @Nullable String eventId,
            @Nullable String type,
            Instant time,
            Instant watermark,
            List<Instant> windows,
            List<String> keys,
            Instant since,
            State state,
            @Nullable Settled settled) {}

    /**
     * Who settled a late event, and when.
     *
     * @param reason of one that was discarded
     */
    record Settled(Instant at, String by, @Nullable String reason) {}

    /** All about one late event; the payload as it came. */
    record Detail(Late late, List<Header> headers, byte @Nullable [] payload) {}

    /** Those in that state, the latest first. */
    Page<Late> list(String readModel, State state, int limit, @Nullable String cursor);

    /** One of them. */
    Detail find(String readModel, long id);

    /**
     * What an admission did, or would do.
     *
     * @param events that were admitted
     * @param rows that changed
     * @param parked of the events those that are dead letters now: the projection failed on them, or their row is parked
     * @param next there are more events, after this one; null when all were looked at
     */
    record Admitted(
            boolean preview,
            long events,
            long rows,
            long parked,
            @Nullable String next) {}

    /**
     * Folds one into its rows.
     *
     * @param by who says so
     * @param preview only to see what would happen: nothing is changed
     */
    Admitted admit(String readModel, long id, String by, boolean preview);

    /**
     * The same for all that wait, as many as a few seconds allow.
     *
     * @param after the {@link Admitted#next} of the call before; null to begin
     */
    Admitted admitAll(String readModel, String by, boolean preview, @Nullable String after);

    /** Gives one up, for good. It stays in the list of what was discarded. */
    void discard(String readModel, long id, String by, String reason);

    /** Gives all up that wait; returns how many. */
    long discardAll(String readModel, String by, String reason);
}
