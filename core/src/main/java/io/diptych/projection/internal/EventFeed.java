package io.diptych.projection.internal;

import io.diptych.message.LogRecord;
import io.diptych.message.internal.LogException;
import io.diptych.message.internal.OwnershipListener;
import java.time.Duration;
import java.util.List;

/**
 * The committed events of one aggregate as one projection reads them, a share of the partitions. Used by one thread.
 * Methods may throw {@link LogException}.
 */
public interface EventFeed extends AutoCloseable {

    /**
     * Events of the partitions that are owned and not paused, in order per partition, after at most {@code maxWait}.
     * Changes of ownership are told from within this call. A partition just assigned is paused.
     */
    List<LogRecord> poll(Duration maxWait, OwnershipListener listener);

    /** Goes on from that offset. */
    void seek(int partition, long offset);

    /** No more events of the partition until it is resumed. */
    void pause(int partition);

    /** Events of the partition again. */
    void resume(int partition);

    /**
     * Where the reading is: past the last event handed out, and past what follows it and is no event, such as the end
     * of a transaction. The events before that have all been handed out.
     */
    long next(int partition);

    /** How many partitions the topic has, owned or not. */
    int partitions();

    /** How many offsets the reading is behind the last committed event, or -1 when that is unknown. */
    long behind(int partition);

    @Override
    void close();
}
