package io.diptych.kafka;

import org.apache.kafka.clients.producer.Producer;

/**
 * Commits a transaction with all that was sent in it.
 *
 * <p>The client alone may commit it without the last records (4.3.1, {@code Sender} and {@code TransactionManager}): its
 * thread looks whether records are on their way, then takes the lock under which it looks for requests. When it is held up
 * between the two, all that is sent and the commit that is asked for in that time go unnoticed but for the commit. The
 * records stay behind, and the producer's next transaction fails with them after {@code delivery.timeout.ms}.
 */
final class CommitOfAll {

    private CommitOfAll() {}

    /** Waits until all records are stored; only then asks for the commit. Fails like the producer's own. */
    static void commit(Producer<?, ?> producer) {
        producer.flush();
        producer.commitTransaction();
    }
}
