package io.diptych.projection;

import io.diptych.message.ConsistencyToken;
import io.diptych.message.ProblemException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Queries on read models. Safe for many threads; a call blocks its thread while it waits for freshness. */
public interface ReadModelQueries {

    /**
     * The row with that key.
     *
     * @param key the key's written form, as in a URL
     * @return the row, which may not exist
     * @throws ProblemException unknown read model, key of the wrong kind, database away, or freshness not reached
     */
    Row find(String readModel, String key, Freshness freshness);

    /**
     * Rows that match all filters.
     *
     * @throws ProblemException as for {@link #find}; also an unknown field or a value of the wrong kind
     */
    Page list(String readModel, ListQuery query, Freshness freshness);

    /**
     * The rows of one of the app's own queries, see {@link SqlQuery}.
     *
     * @param parameters name (camelCase or snake_case) to value, in written form
     * @return at most {@link SqlQuery#MAX_ROWS} rows, each with the fields of the row record
     * @throws ProblemException unknown query, a parameter that is unknown, missing or of the wrong kind, database away,
     *     or freshness not reached
     */
    Result query(String name, Map<String, String> parameters, Freshness freshness);

    /**
     * Rows that match, and every change of them from then on; see {@link ChangeLog}.
     *
     * @param key of one row, in written form; null for all that match the filters
     * @param lastId the id of the last event that was seen of a stream like this, to go on after it; null to begin
     * @throws ProblemException unknown read model or field, a value of the wrong kind
     */
    RowStream stream(String readModel, @Nullable String key, List<Filter> filters, @Nullable String lastId);

    /**
     * How fresh an answer must be.
     *
     * @param token what must have been seen; null for no demand
     * @param maxStaleness everything must have been seen that was committed that long before the query came; null for
     *     no demand
     * @param maxWait how long to wait for it
     */
    record Freshness(
            @Nullable ConsistencyToken token, @Nullable Duration maxStaleness, Duration maxWait) {
        /** Whatever is there now. */
        public static final Freshness NONE = new Freshness(null, null, Duration.ZERO);

        /** Whatever its age, if it has seen the token. */
        public Freshness(@Nullable ConsistencyToken token, Duration maxWait) {
            this(token, null, maxWait);
        }
    }

    /**
     * What an answer shows.
     *
     * @param token of all events that the answer has seen: a query with it is not answered with less, on any gateway
     * @param lag how far behind the answer is
     */
    record Seen(ConsistencyToken token, Lag lag) {}

    /**
     * A row.
     *
     * @param fields names (as the row record spells them) to values; null when there is no such row
     */
    record Row(@Nullable Map<String, @Nullable Object> fields, Seen seen) {}

    /** All rows of an answer; each has the names of its fields and their values. */
    record Result(List<Map<String, @Nullable Object>> rows, Seen seen) {}

    /**
     * Which rows, in which order.
     *
     * @param filters all of which a row must match; two may be on one field
     * @param sort fields, each with an optional {@code -} for descending order; the key is always the last
     * @param limit at most this many rows, 1 to 1000
     * @param cursor {@link Page#cursor} of the page before; null for the first page
     * @param count whether to count all matching rows
     */
    record ListQuery(
            List<Filter> filters,
            List<String> sort,
            int limit,
            @Nullable String cursor,
            boolean count) {}

    /**
     * A page of rows.
     *
     * @param cursor gives the next page; null on the last
     * @param count of all matching rows, when asked for
     */
    record Page(
            List<Map<String, @Nullable Object>> rows,
            @Nullable String cursor,
            @Nullable Long count,
            Seen seen) {}
}
