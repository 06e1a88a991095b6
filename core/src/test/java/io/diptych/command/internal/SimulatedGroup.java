package io.diptych.command.internal;

import io.diptych.message.internal.LogException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A consumer group with cooperative rebalancing, as Kafka's classic protocol has it: a change of members asks all to
 * join again; when all have, there is a new generation, which each learns of in its next poll. A partition that moves
 * goes to nobody until its owner has given it up, or is expelled because its process was not heard of for too long.
 */
final class SimulatedGroup {

    static final long SESSION_TIMEOUT = 3_000;

    /** What a process knows of its membership: old, when it has not polled since. */
    record Membership(@Nullable String member, int generation) {
        static final Membership NONE = new Membership(null, -1);
    }

    private static final class Member {
        private final String node;
        private final BooleanSupplier heartbeat;
        private long heardOf;
        private boolean joined;
        private Set<Integer> claimed = Set.of();
        private Set<Integer> assigned = new TreeSet<>();

        Member(String node, BooleanSupplier heartbeat, long now) {
            this.node = node;
            this.heartbeat = heartbeat;
            this.heardOf = now;
        }
    }

    private final Map<String, Member> members = new TreeMap<>();
    private final Set<String> replaced = new TreeSet<>();
    private final Map<String, Long> leftAt = new TreeMap<>();
    private long now;
    private int generation;
    private int memberNumber;
    private boolean rebalancing;

    /**
     * Enters a process. With a stable node id it takes the place of the process that had that id before, and its
     * partitions with it.
     */
    String enter(String node, boolean stable, BooleanSupplier heartbeat, long now) {
        String id = "%s#%03d".formatted(node, ++memberNumber);
        var fresh = new Member(node, heartbeat, now);
        String before = memberOf(node);
        if (stable && before != null) {
            fresh.assigned = members.get(before).assigned;
            members.remove(before);
            replaced.add(before);
            members.put(id, fresh);
            int assigned = members.values().stream()
                    .mapToInt(member -> member.assigned.size())
                    .sum();
            if (assigned < SimulatedKafka.PARTITIONS) {
                rebalance(); // The process before gave some up and did not come to ask for this.
            }
        } else {
            members.put(id, fresh);
            rebalance();
        }
        return id;
    }

    private @Nullable String memberOf(String node) {
        return members.entrySet().stream()
                .filter(e -> e.getValue().node.equals(node))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    boolean isMember(String memberId) {
        return members.containsKey(memberId);
    }

    /** Whether another process came with the same stable node id. */
    boolean isReplaced(String memberId) {
        return replaced.contains(memberId);
    }

    /** The nodes that are members, with the id that each has as one. */
    Map<String, String> nodes() {
        var nodes = new TreeMap<String, String>();
        members.forEach((id, member) -> nodes.put(member.node, id));
        return nodes;
    }

    boolean hasNode(String node) {
        return memberOf(node) != null;
    }

    /** The member's part in a rebalance, if there is one: it says what it owns. */
    void join(String memberId, Set<Integer> owned) {
        Member member = member(memberId);
        if (rebalancing && !member.joined) {
            member.joined = true;
            member.claimed = Set.copyOf(owned);
            completeIfAllJoined();
        }
    }

    /** The generation that is in force; null while it is being made. */
    @Nullable
    Integer generation() {
        return rebalancing ? null : generation;
    }

    Set<Integer> assigned(String memberId) {
        return member(memberId).assigned;
    }

    private Member member(String memberId) {
        Member member = members.get(memberId);
        if (member == null) {
            throw new IllegalArgumentException("No member [" + memberId + "]");
        }
        return member;
    }

    /** Asks all members to join again. */
    void rebalance() {
        rebalancing = true;
        members.values().forEach(m -> m.joined = false);
    }

    void leave(@Nullable String memberId) {
        if (memberId != null && members.containsKey(memberId)) {
            expel(memberId);
        }
    }

    /** Since when the node is no member; never, when it is one. */
    long leftAt(String node) {
        return hasNode(node) ? Long.MAX_VALUE : leftAt.getOrDefault(node, Long.MAX_VALUE);
    }

    /** Expels whose processes were not heard of for too long. */
    void expire(long time) {
        now = time;
        for (var entry : List.copyOf(members.entrySet())) {
            Member member = entry.getValue();
            if (member.heartbeat.getAsBoolean()) {
                member.heardOf = now;
            } else if (now - member.heardOf > SESSION_TIMEOUT) {
                expel(entry.getKey());
            }
        }
    }

    private void expel(String memberId) {
        leftAt.put(member(memberId).node, now);
        members.remove(memberId);
        if (rebalancing) {
            completeIfAllJoined();
        } else {
            rebalance();
        }
    }

    /** Expels a node for no fault of its own: its heartbeats were lost. */
    boolean expelNode(String node) {
        String member = memberOf(node);
        if (member != null) {
            expel(member);
        }
        return member != null;
    }

    /** What Kafka checks when positions are added to a transaction. */
    void requireCurrent(Membership membership) {
        String member = membership.member();
        if (member == null || !members.containsKey(member) || membership.generation() != generation) {
            throw new LogException(
                    "Simulated: not a member of generation [" + generation + "]: " + membership,
                    new IllegalStateException());
        }
    }

    private void completeIfAllJoined() {
        if (members.isEmpty() || !members.values().stream().allMatch(m -> m.joined)) {
            return;
        }
        rebalancing = false;
        generation++;
        int most = (SimulatedKafka.PARTITIONS + members.size() - 1) / members.size();
        var free = new TreeSet<Integer>();
        for (int i = 0; i < SimulatedKafka.PARTITIONS; i++) {
            free.add(i);
        }
        var all = new ArrayList<>(members.values());
        for (Member member : all) {
            free.removeAll(member.claimed);
            // What is over its share it is to give up first; the next rebalance gives that to another.
            member.assigned =
                    new TreeSet<>(member.claimed.stream().sorted().limit(most).toList());
        }
        for (int partition : free) {
            all.stream()
                    .min(Comparator.comparingInt(m -> m.assigned.size()))
                    .orElseThrow()
                    .assigned
                    .add(partition);
        }
    }
}
