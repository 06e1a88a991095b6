package io.diptych.kafka;

import io.diptych.command.internal.FormerOwners;
import io.diptych.message.internal.LogException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The nodes that share an aggregate's commands, and what they have open. */
final class KafkaGroup implements FormerOwners.Group {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaGroup.class);

    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration BETWEEN = Duration.ofMillis(100);

    private final Admin admin;
    private final String group;
    private final TransactionalIds ids;
    private final IntFunction<FormerOwners.@Nullable Signer> signers;

    /**
     * The group.
     *
     * @param signers tells for each partition who committed its position last
     */
    KafkaGroup(Admin admin, String group, TransactionalIds ids, IntFunction<FormerOwners.@Nullable Signer> signers) {
        this.admin = admin;
        this.group = group;
        this.ids = ids;
        this.signers = signers;
    }

    /** Once every broker has told what it knows to be open: see {@link FormerOwners#end}. */
    void endFormerOwners(int partition, String node) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                var unused = FormerOwners.end(this, partition, node);
                return;
            } catch (LogException e) {
                if (!isBrokerAway(e.getCause()) || System.nanoTime() > deadline) {
                    throw e;
                }
                LOG.debug("{}: a broker does not tell what is open: asks again", group, e);
            }
            LockSupport.parkNanos(BETWEEN.toNanos());
        }
    }

    /** A client that loses a broker while it asks all of them says so as an illegal argument. */
    private static boolean isBrokerAway(@Nullable Throwable e) {
        return e instanceof ExecutionException failed
                && (failed.getCause() instanceof IllegalArgumentException
                        || failed.getCause() instanceof RetriableException);
    }

    @Override
    public List<FormerOwners.Open> open() {
        var options = new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING));
        return answer(admin.listTransactions(options).all()).stream()
                .map(listing -> listing.transactionalId())
                .filter(ids::isOfGroup)
                .map(id -> new FormerOwners.Open(id, ids.node(id)))
                .toList();
    }

    @Override
    public FormerOwners.@Nullable Signer signer(int partition) {
        return signers.apply(partition);
    }

    @Override
    public List<String> transactionalIds(String node) {
        return ids.commands(node);
    }

    @Override
    public Map<String, String> members() {
        return answer(admin.describeConsumerGroups(List.of(group)).all()).values().stream()
                .flatMap(description -> description.members().stream())
                .collect(Collectors.toMap(
                        MemberDescription::consumerId, member -> KafkaSettings.nodeId(member.clientId())));
    }

    @Override
    public void fence(List<String> transactionalIds) {
        LOG.info("{}: ends the transactions of nodes that are gone, and begins of theirs: {}", group, transactionalIds);
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
