package io.diptych.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FenceProducersOptions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A worker's transactional producers, taken in turn, so that a transaction need not wait for the markers of the last. */
final class CommandProducers {

    private static final FenceProducersOptions AT_THE_END = new FenceProducersOptions().timeoutMs(1_000);

    private final KafkaSettings settings;
    private final Admin admin;
    private final List<String> transactionalIds;
    private List<KafkaProducer<byte[], byte[]>> producers = List.of();
    private int turn;
    private boolean open;

    CommandProducers(KafkaSettings settings, Admin admin, List<String> transactionalIds) {
        this.settings = settings;
        this.admin = admin;
        this.transactionalIds = transactionalIds;
    }

    /** Makes new ones, which ends what producers of their names left open. */
    void make() {
        close();
        var fresh = new ArrayList<KafkaProducer<byte[], byte[]>>();
        producers = fresh;
        for (String transactionalId : transactionalIds) {
            var bytes = new ByteArraySerializer();
            var producer = new KafkaProducer<>(settings.transactionalProducer(transactionalId), bytes, bytes);
            fresh.add(producer);
            producer.initTransactions();
        }
        open = false;
    }

    /** The next one, with a transaction begun. */
    KafkaProducer<byte[], byte[]> begin() {
        turn = (turn + 1) % producers.size();
        KafkaProducer<byte[], byte[]> producer = producers.get(turn);
        open = true;
        producer.beginTransaction();
        return producer;
    }

    /** The transaction is known to have ended. */
    void ended() {
        open = false;
    }

    /** Whether a transaction was begun and is not known to have ended. */
    boolean isOpen() {
        return open;
    }

    /** Ends what is open when there are no producers any more. */
    void end() throws ExecutionException, InterruptedException {
        admin.fenceProducers(transactionalIds, AT_THE_END).all().get();
    }

    /** Leaves open what is open. */
    void close() {
        producers.forEach(producer -> producer.close(Duration.ZERO));
        producers = List.of();
    }
}
