package io.diptych.kafka;

import io.diptych.command.internal.AbandonedTransactions;
import io.diptych.message.internal.LogException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The nodes that share an aggregate's commands, and what they have open. */
final class KafkaGroup implements AbandonedTransactions.Group {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaGroup.class);

    private static final int ATTEMPTS = 3;

    private final Admin admin;
    private final String group;
    private final TransactionalIds ids;

    KafkaGroup(Admin admin, String group, TransactionalIds ids) {
        this.admin = admin;
        this.group = group;
        this.ids = ids;
    }

    /** Ends what nodes that are gone left open. */
    void endAbandoned() {
        for (int attempt = 1; ; attempt++) {
            try {
                AbandonedTransactions.end(this);
                return;
            } catch (LogException e) {
                // All brokers are asked: one that goes away or comes back meanwhile makes the client fail at once.
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                LOG.debug("{}: asks again for what is open", group, e);
            }
        }
    }

    @Override
    public List<AbandonedTransactions.Open> open() {
        var options = new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING));
        return answer(admin.listTransactions(options).all()).stream()
                .map(listing -> listing.transactionalId())
                .filter(ids::isOfGroup)
                .map(id -> new AbandonedTransactions.Open(id, KafkaSettings.clientId(ids.node(id))))
                .toList();
    }

    @Override
    public Set<String> members() {
        return answer(admin.describeConsumerGroups(List.of(group)).all()).values().stream()
                .flatMap(description -> description.members().stream())
                .map(MemberDescription::clientId)
                .collect(Collectors.toSet());
    }

    @Override
    public void fence(List<String> transactionalIds) {
        LOG.info("{}: ends the transactions of nodes that are gone: {}", group, transactionalIds);
        answer(admin.fenceProducers(transactionalIds).all());
    }

    private static <T> T answer(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new LogException("Kafka could not end what a former owner left open: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LogException("Interrupted: could not end what a former owner left open", e);
        }
    }
}
