package io.diptych.command.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Has the producers refused of nodes of the group that died or froze. That ends what they left open: until then every
 * reader of what they wrote waits, for as long as the transaction timeout. And it lets nobody go on who wakes up: once a
 * node has signed a partition, its transactions need not add positions, and so nothing else checks that it still is a
 * member.
 *
 * <p>A node that is still a member is left alone: it gave a partition up between two transactions.
 */
public final class FormerOwners {

    private FormerOwners() {}

    /** A transaction that is open, of that node. */
    public record Open(String transactionalId, String node) {}

    /**
     * Who committed a position.
     *
     * @param member as what the node did so: another id after each time that it joined the group
     */
    public record Signer(String node, String member) {}

    /** The group, as the brokers know it. */
    public interface Group {

        /** The transactions that its nodes have open. */
        List<Open> open();

        /**
         * Who committed the partition's position last; null when nobody did. Fails while a transaction that is open may
         * change it.
         */
        @Nullable
        Signer signer(int partition);

        /** The ids that the node's transactions have. */
        List<String> transactionalIds(String node);

        /** The members, each with its node. */
        Map<String, String> members();

        /** Ends the open transactions of these ids, and has their producers refused. */
        void fence(List<String> transactionalIds);
    }

    /**
     * Sees to it that no node that is gone has anything open, or can write to the partition any more.
     *
     * @param node who takes over
     * @return the transactional ids that are refused from now on
     */
    public static List<String> end(Group group, int partition, String node) {
        var refused = new ArrayList<String>();
        List<Open> open = group.open();
        if (!open.isEmpty()) {
            // Asked for later: whoever had something open and is no member now will not go on with it.
            Collection<String> nodes = group.members().values();
            refused.addAll(fence(
                    group,
                    open.stream()
                            .filter(transaction -> !nodes.contains(transaction.node()))
                            .map(Open::transactionalId)
                            .distinct()
                            .toList()));
        }
        // Known only now: a transaction that was open may have signed.
        Signer signer = group.signer(partition);
        // The node's own former producers ended when it made new ones. A member of the signer's name is not enough: it
        // may be another process.
        if (signer != null && !signer.node().equals(node) && !group.members().containsKey(signer.member())) {
            refused.addAll(fence(group, group.transactionalIds(signer.node())));
        }
        return refused;
    }

    private static List<String> fence(Group group, List<String> transactionalIds) {
        if (!transactionalIds.isEmpty()) {
            group.fence(transactionalIds);
        }
        return transactionalIds;
    }
}
