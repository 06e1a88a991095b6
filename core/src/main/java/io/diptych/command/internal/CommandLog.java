package io.diptych.command.internal;

import io.diptych.command.OwnerReply;
import io.diptych.message.LogRecord;
import io.diptych.message.NewRecord;
import io.diptych.message.internal.LogException;
import io.diptych.message.internal.OwnershipListener;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The log as one worker sees it: a share of the partitions of one aggregate's commands, the events that belong to
 * them, and transactions that write both sides. Used by one thread. Every method may throw {@link LogException}.
 */
public interface CommandLog extends AutoCloseable {

    /**
     * Commands of the partitions that are owned and not paused, in order per partition, after at most {@code maxWait}.
     * Changes of ownership are told from within this call. A partition just assigned is paused.
     */
    List<LogRecord> poll(Duration maxWait, OwnershipListener listener);

    /** No more commands of the partition until it is resumed. */
    void pause(int partition);

    /** Commands of the partition again. */
    void resume(int partition);

    /**
     * Goes on with the command whose position was committed last, or with that one if it is later.
     *
     * @return the offset of the command that it goes on with
     */
    long rewind(int partition, long atLeast);

    /** Tells this log of commands from any other, also from one that had its name before. */
    String commandLogId();

    /**
     * Ends what a former owner of the partition that is gone may have left open, so that neither this owner nor any
     * reader waits for it; and has refused whatever it may yet begin. See {@link FormerOwners}.
     */
    void endFormerOwner(int partition);

    /** The partition that records with this key belong to. */
    int partitionOf(byte[] key);

    /** The offset past the last event written so far, be it committed, aborted or still open. */
    long eventsEnd(int partition);

    /** Reads the partition's committed events from that offset on, with {@link #readEvents}. */
    void followEvents(int partition, long offset);

    /** Events of all followed partitions, in order per partition, after at most {@code maxWait}. */
    List<LogRecord> readEvents(Duration maxWait);

    /** The offset that reading events of a followed partition has come to. */
    long eventsPosition(int partition);

    /** Ends {@link #followEvents}. */
    void unfollowEvents(int partition);

    /**
     * Hands a reply to a gateway of the app, after the commit of what it tells of. One that does not arrive, as this process
     * dies or Kafka is away, is dropped: the gateway's caller asks again.
     *
     * @param record the reply as a record, for a gateway of another process
     */
    void answer(LogRecord command, OwnerReply reply, Instant handledAt, Supplier<NewRecord> record);

    /** Begins a transaction. One at a time. */
    Transaction begin();

    /**
     * Gives up whatever was begun, so that no transaction of this worker is open afterwards, and makes ready for new
     * ones.
     */
    void reset();

    @Override
    void close();

    /** A transaction: all of it becomes visible to readers at once, or none of it ever. */
    interface Transaction {

        /** Has an event stored. */
        void append(NewRecord event);

        /** Waits until the events are stored. Returns their offsets, in the order they were appended in. */
        long[] stored();

        /** Stores a record by the time of the commit. */
        void send(NewRecord record);

        /**
         * Stores a reply to whoever is no gateway of the app, unless its destination, which a caller chose, cannot be
         * written to: then it is dropped.
         */
        void reply(NewRecord reply);

        /**
         * Commits.
         *
         * @param positions the next command to handle of each of these partitions, to be committed with it under this
         *     worker's name; of none when the events say it
         * @throws CommitRefusedException when there are positions, and this worker's share of the partitions may have
         *     changed
         */
        void commit(Map<Integer, Long> positions);
    }
}
