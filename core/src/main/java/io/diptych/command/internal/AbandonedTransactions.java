package io.diptych.command.internal;

import java.util.List;
import java.util.Set;

/**
 * Ends transactions that a node of the group left open when it died or froze. Until then every reader of what they
 * wrote waits, for as long as the transaction timeout. The producers are fenced: should the node wake up, it cannot go
 * on with them.
 *
 * <p>A node that is still a member is left alone: it gave a partition up between two transactions.
 */
public final class AbandonedTransactions {

    private AbandonedTransactions() {}

    /**
     * A transaction that is open.
     *
     * @param node as it is called among the members
     */
    public record Open(String transactionalId, String node) {}

    /** The group, as the brokers know it. */
    public interface Group {

        /** The transactions that its nodes have open. */
        List<Open> open();

        /** The nodes that are members. */
        Set<String> members();

        /** Ends the open transactions of these ids, and has their producers refused. */
        void fence(List<String> transactionalIds);
    }

    /** Ends them; says of which ids they were. */
    public static List<String> end(Group group) {
        List<Open> open = group.open();
        if (open.isEmpty()) {
            return List.of();
        }
        // Asked for later: whoever had something open and is no member now will not go on with it.
        Set<String> members = group.members();
        List<String> abandoned = open.stream()
                .filter(transaction -> !members.contains(transaction.node()))
                .map(Open::transactionalId)
                .distinct()
                .toList();
        if (!abandoned.isEmpty()) {
            group.fence(abandoned);
        }
        return abandoned;
    }
}
