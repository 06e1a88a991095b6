package io.diptych.bench.rival.spring;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.springframework.data.domain.Limit;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/** Publishes in the order of the entries, and deletes what Kafka has confirmed: at least once. */
@Component
class OutboxPublisher {

    private static final int BATCH = 1000;

    private final Outbox outbox;
    private final KafkaTemplate<String, String> kafka;
    private final TransactionTemplate transaction;

    OutboxPublisher(Outbox outbox, KafkaTemplate<String, String> kafka, TransactionTemplate transaction) {
        this.outbox = outbox;
        this.kafka = kafka;
        this.transaction = transaction;
    }

    @Scheduled(fixedDelay = 50)
    void publish() {
        int published;
        do {
            published = transaction.execute(status -> publishBatch());
        } while (published == BATCH);
    }

    private int publishBatch() {
        List<OutboxEntry> entries = outbox.findAllByOrderById(Limit.of(BATCH));
        CompletableFuture.allOf(entries.stream()
                        .map(entry -> kafka.send(Main.TOPIC, entry.orderId(), entry.payload()))
                        .toArray(CompletableFuture[]::new))
                .join();
        outbox.deleteAllInBatch(entries);
        return entries.size();
    }
}
