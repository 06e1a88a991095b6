package io.diptych.projection;

import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How far a read model is behind the committed events. Both are upper bounds, and 0 events means that everything was
 * applied when Kafka was last asked.
 *
 * @param events places in the log between the position and the end, over all partitions; a transaction that ends takes
 *     a place as well. Null while unknown.
 * @param time everything that was committed longer ago than that is applied; grows while Kafka cannot be asked. Null
 *     while unknown.
 */
public record Lag(@Nullable Long events, @Nullable Duration time) {

    /** Nothing is known yet. */
    public static final Lag UNKNOWN = new Lag(null, null);

    /** Of both together: the sum of the events and the longer time. */
    public Lag plus(Lag other) {
        Duration longer =
                time == null || other.time == null ? null : time.compareTo(other.time) > 0 ? time : other.time;
        return new Lag(events == null || other.events == null ? null : (Long) (events + other.events), longer);
    }

    /** The time in seconds to the millisecond, such as {@code 1.250}; null while unknown. */
    public @Nullable String seconds() {
        return time == null ? null : seconds(time);
    }

    /** A duration in seconds to the millisecond. */
    public static String seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toMillis(), 3).toPlainString();
    }
}
