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
     * @return how many; 0 when there is none, or another node is at it
     * @throws RuntimeException what the sender threw, or that the store is away; then they are sent again
     */
    int send(int limit, Sender sender);

    /** Returns when all are stored on the log, and throws when one is not. */
    interface Sender {
        void send(List<NewRecord> records);
    }
}
