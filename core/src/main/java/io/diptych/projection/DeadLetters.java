package io.diptych.projection;

import io.diptych.message.Header;
import io.diptych.message.ProblemException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Events that could not be applied to a read model, and those that wait behind them. The letters of one key are in the
 * order in which they will be applied. Safe for many threads, on any node that has the database and the app's code.
 *
 * <p>Each generation of a read model has letters of its own. A read model's name stands for the generation that serves,
 * and the name of a generation's table for that one.
 *
 * <p>All methods throw {@link ProblemException} for a read model or letter that is not there, and when the database is
 * away.
 */
public interface DeadLetters {

    /** Why an event could not be applied. */
    enum Cause {
        /** It could not be read, or its row's key could not be told. */
        UNREADABLE,
        /** The projection threw. */
        FOLD_FAILED,
        /** The database refused the row. */
        ROW_REFUSED,
        /** Nothing is wrong with it so far: it waits behind another of its key. */
        WAITS;

        /** The stable name, in kebab case. */
        public String slug() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * How much of one generation of a read model is parked.
     *
     * @param name by which its letters are asked for: the read model's, or that of the table when it does not serve
     * @param events all letters
     * @param oldest when the key that has waited longest was parked; null when none is
     */
    record Depth(
            String name,
            String readModel,
            int generation,
            long keys,
            long events,
            @Nullable Instant oldest) {}

    /** Of all generations of all read models. */
    List<Depth> depths();

    /**
     * A key whose events wait.
     *
     * @param events how many
     * @param first the one that holds up the others
     */
    record ParkedKey(String key, Instant since, long events, Letter first) {}

    /**
     * A part of a list.
     *
     * @param cursor gives the next page; null on the last
     */
    record Page<T>(List<T> items, @Nullable String cursor) {}

    /**
     * An event that waits.
     *
     * @param id its number in this app's dead letters
     * @param key under which it waits: the text of its row's key, or of its aggregate's id when that is not known
     * @param error null when it only waits
     * @param attempts how often it was tried in all
     * @param since when it was parked
     * @param tried when it failed last; null when it was never tried
     * @param discarded null while it waits
     */
    record Letter(
            long id,
            String key,
            int partition,
            long offset,
            @Nullable String eventId,
            @Nullable String type,
            Cause cause,
            @Nullable String error,
            int attempts,
            boolean edited,
            Instant since,
            @Nullable Instant tried,
            @Nullable Discarded discarded) {}

    /** Who gave a letter up, when and why. */
    record Discarded(Instant at, String by, String reason) {}

    /**
     * All about one letter.
     *
     * @param payload as it came
     * @param edited what will be applied in its place; null when it was not edited
     * @param behind how many letters of its key wait behind it
     */
    record Detail(
            Letter letter,
            List<Header> headers,
            byte @Nullable [] payload,
            byte @Nullable [] edited,
            @Nullable String stack,
            long behind) {}

    /** Parked keys, in the order of their names. */
    Page<ParkedKey> keys(String readModel, int limit, @Nullable String cursor);

    /** The letters of one key, in order. */
    Page<Letter> letters(String readModel, String key, int limit, @Nullable String cursor);

    /** Letters that were given up, the latest first. */
    Page<Letter> discarded(String readModel, int limit, @Nullable String cursor);

    /** One letter, waiting or discarded. */
    Detail find(String readModel, long id);

    /**
     * What a retry did, or would do.
     *
     * @param keys that were looked at
     * @param tried letters
     * @param applied of them
     * @param freed keys of which nothing waits any more
     * @param failed the keys that stay parked, 20 at most
     * @param next there are more keys, beginning after this one; null when all were looked at
     */
    record Retried(
            boolean preview,
            long keys,
            long tried,
            long applied,
            long freed,
            List<StillParked> failed,
            @Nullable String next) {}

    /** A key of which a letter failed again. */
    record StillParked(String key, long letter, Cause cause, String error) {}

    /**
     * Applies the letters of one key in order, up to the first that fails again.
     *
     * @param preview only to see what would happen: nothing is changed, and at most 1,000 letters are tried
     */
    Retried retry(String readModel, String key, boolean preview);

    /**
     * The same for all keys, as many as a few seconds allow.
     *
     * @param after the {@link Retried#next} of the call before; null to begin
     */
    Retried retryAll(String readModel, boolean preview, @Nullable String after);

    /**
     * Puts another payload in the place of the letter's own, which is kept.
     *
     * @throws ProblemException when it cannot be read as an event of the letter's type
     */
    Detail edit(String readModel, long id, byte[] payload);

    /**
     * Gives one letter up, for good. Those behind it are then tried.
     *
     * @param by who does
     */
    Retried discard(String readModel, long id, String by, String reason);

    /** Gives all letters of a key up, for good; returns how many. */
    long discardKey(String readModel, String key, String by, String reason);
}
