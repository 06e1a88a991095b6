package io.diptych.message.internal;

import io.diptych.message.NewRecord;
import java.util.List;

/** Records that a store keeps until they are on the log. May be taken by several nodes: one has them at a time. */
public interface OutgoingRecords {

    /** Taken at once, unless the first alone is larger. */
    long MOST_BYTES = 32L << 20;

    /**
     * Sends the first of them, in order, and forgets them.
     *
     * @param limit how many at most
     * @return greater than 0 when there may be more to send at once; 0 when there is nothing, or another node is at it
     * @throws RuntimeException what the sender threw, or that the store is away; then they are sent again
     */
    int send(int limit, Sender sender);

    /** What brings records to the log. */
    interface Sender {
        /**
         * Is called before records are read, when there are some. From then on no other sender's records come to the log,
         * late as they may be: they may have been read before these.
         *
         * @param othersHaveSent whether another sender has begun since this one last did
         */
        default void begin(boolean othersHaveSent) {}

        /** Returns when all are stored on the log, and throws when one is not. */
        void send(List<NewRecord> records);
    }
}
