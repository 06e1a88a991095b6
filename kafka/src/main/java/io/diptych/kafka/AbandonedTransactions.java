package io.diptych.kafka;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends transactions that a node of the group left open when it died or froze. Until then every reader of what they
 * wrote waits, for as long as the transaction timeout. The producers are fenced: should the node wake up, it cannot go
 * on with them.
 *
 * <p>A node that is still a member is left alone: it gave a partition up between two transactions.
 */
final class AbandonedTransactions {

    private static final Logger LOG = LoggerFactory.getLogger(AbandonedTransactions.class);

    private static final int ATTEMPTS = 3;

    private final Admin admin;
    private final String group;
    private final TransactionalIds ids;

    AbandonedTransactions(Admin admin, String group, TransactionalIds ids) {
        this.admin = admin;
        this.group = group;
        this.ids = ids;
    }

    void end() throws ExecutionException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                tryToEnd();
                return;
            } catch (ExecutionException e) {
                // All brokers are asked: one that goes away or comes back meanwhile makes the client fail at once.
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                LOG.debug("{}: asks again for what is open", group, e);
            }
        }
    }

    private void tryToEnd() throws ExecutionException, InterruptedException {
        List<String> open = openOnes();
        if (open.isEmpty()) {
            return;
        }
        Set<String> members = members();
        List<String> abandoned = open.stream()
                .filter(id -> !members.contains(KafkaSettings.clientId(ids.node(id))))
                .toList();
        if (!abandoned.isEmpty()) {
            LOG.info("{}: ends the transactions of nodes that are gone: {}", group, abandoned);
            admin.fenceProducers(abandoned).all().get();
        }
    }

    private List<String> openOnes() throws ExecutionException, InterruptedException {
        var options = new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING));
        return admin.listTransactions(options).all().get().stream()
                .map(listing -> listing.transactionalId())
                .filter(ids::isOfGroup)
                .toList();
    }

    private Set<String> members() throws ExecutionException, InterruptedException {
        return admin.describeConsumerGroups(List.of(group)).all().get().values().stream()
                .flatMap(description -> description.members().stream())
                .map(MemberDescription::clientId)
                .collect(Collectors.toSet());
    }
}
