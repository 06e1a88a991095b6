package io.diptych.command.internal;

import static java.util.Objects.requireNonNull;

import io.diptych.command.OwnerReply;
import io.diptych.command.internal.Interference.Point;
import io.diptych.command.internal.SimulatedGroup.Membership;
import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import io.diptych.message.NewRecord;
import io.diptych.message.internal.LogException;
import io.diptych.message.internal.OwnershipListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One process's log, made of the same calls to the broker as the real one: a group member that reads commands, a
 * reader of events, two producers in turn. Between any two calls there may be an interference.
 */
final class SimulatedLog implements CommandLog {

    private static final long HEARD_OF_AFTER = 2_000;

    private final SimulatedKafka kafka;
    private final String node;
    private final boolean stableNodeId;
    private final BooleanSupplier heartbeat;
    private final Interference interference;
    private final List<String> transactionalIds;
    private final int[] epochs = new int[2];
    private int turn;
    private Membership membership = Membership.NONE;
    private Membership polled = Membership.NONE;
    private Membership expelled = Membership.NONE;
    private long hearsAt;
    private final Set<Integer> owned = new TreeSet<>();
    private final Map<Integer, Long> next = new TreeMap<>();
    private final Set<Integer> paused = new HashSet<>();
    private final Map<Integer, Long> following = new TreeMap<>();

    SimulatedLog(
            SimulatedKafka kafka,
            String node,
            boolean stableNodeId,
            BooleanSupplier heartbeat,
            Interference interference) {
        this.kafka = kafka;
        this.node = node;
        this.stableNodeId = stableNodeId;
        this.heartbeat = heartbeat;
        this.interference = interference;
        this.transactionalIds = idsOf(node);
    }

    private static List<String> idsOf(String node) {
        return List.of(node + ".0", node + ".1");
    }

    Set<Integer> owned() {
        return owned;
    }

    /** In the group, as of the last poll. */
    Membership membership() {
        return polled;
    }

    boolean isMember() {
        String member = membership.member();
        return member != null && kafka.group().isMember(member);
    }

    /** Whether another process has this one's node id: Kafka refuses it for good. */
    boolean isReplaced() {
        String member = membership.member();
        return member != null && kafka.group().isReplaced(member);
    }

    private static LogException failure(String what) {
        return new LogException("Simulated: " + what, new IllegalStateException());
    }

    @Override
    public List<LogRecord> poll(Duration maxWait, OwnershipListener listener) {
        interference.at(Point.POLL);
        rebalance(listener);
        var records = new ArrayList<LogRecord>();
        int max = interference.chance(50) ? 2 : 10;
        for (int partition : owned) {
            if (!next.containsKey(partition)) {
                kafka.position(partition).ifPresent(position -> next.put(partition, position));
            }
            Long from = next.get(partition);
            if (from != null && !paused.contains(partition)) {
                next.put(partition, kafka.read(SimulatedKafka.COMMANDS, partition, from, max, records));
            }
        }
        polled = membership;
        if (!records.isEmpty()) {
            interference.trace(() -> "reads commands " + places(records));
            interference.at(Point.COMMANDS_READ);
        }
        return records;
    }

    private static List<String> places(List<LogRecord> records) {
        return records.stream()
                .map(r -> r.partition() + "/" + r.offset() + "=" + r.text(Headers.REPLY_CORRELATION_ID))
                .toList();
    }

    private void rebalance(OwnershipListener listener) {
        SimulatedGroup group = kafka.group();
        if (membership.member() != null && !isMember() && !hasHeard()) {
            interference.reached("expelled without having heard of it");
            return;
        }
        if (isReplaced()) {
            throw failure("Another process has the node id [" + node + "]");
        }
        if (!isMember()) {
            giveUp(owned, listener);
            membership = new Membership(group.enter(node, stableNodeId, heartbeat, kafka.now()), -1);
        }
        String member = membership.member();
        if (member == null) {
            throw new IllegalStateException("No member");
        }
        group.join(member, owned);
        Integer generation = group.generation();
        if (generation == null || generation == membership.generation()) {
            return;
        }
        membership = new Membership(member, generation);
        interference.trace(() -> "is given " + group.assigned(member) + " in generation " + generation);
        var revoked = new TreeSet<>(owned);
        revoked.removeAll(group.assigned(member));
        var added = new TreeSet<>(group.assigned(member));
        added.removeAll(owned);
        if (!revoked.isEmpty()) {
            giveUp(revoked, listener);
            group.rebalance();
        }
        owned.addAll(added);
        paused.addAll(added);
        listener.assigned(added);
    }

    /** Of its expulsion: the answer to a heartbeat tells, and may take a while. */
    private boolean hasHeard() {
        if (!membership.equals(expelled)) {
            expelled = membership;
            hearsAt = kafka.now() + (interference.chance(50) ? 0 : HEARD_OF_AFTER);
        }
        return kafka.now() >= hearsAt;
    }

    private void giveUp(Set<Integer> partitions, OwnershipListener listener) {
        if (!partitions.isEmpty()) {
            var gone = List.copyOf(partitions);
            gone.forEach(owned::remove);
            gone.forEach(next::remove);
            listener.revoked(gone);
        }
    }

    @Override
    public void pause(int partition) {
        paused.add(partition);
    }

    @Override
    public void resume(int partition) {
        paused.remove(partition);
    }

    @Override
    public long rewind(int partition, long atLeast) {
        interference.at(Point.REWIND);
        long position = Math.max(atLeast, stablePosition(partition));
        if (position > stablePosition(partition)) {
            interference.reached("commands handled as events tell");
        }
        interference.trace(() -> "rewinds " + partition + " to " + position);
        next.put(partition, position);
        return position;
    }

    private long stablePosition(int partition) {
        return kafka.position(partition)
                .orElseThrow(() -> failure("The position of partition [" + partition + "] is not stable"));
    }

    @Override
    public String commandLogId() {
        return "commands-1";
    }

    @Override
    public void endFormerOwner(int partition) {
        for (String ended : FormerOwners.end(new Group(), partition, node)) {
            interference.trace(() -> "ended " + ended);
        }
    }

    /** The group as the brokers know it; remembers who was a member when it was asked for what is open. */
    private final class Group implements FormerOwners.Group {
        private Map<String, String> before = Map.of();
        private FormerOwners.@Nullable Signer signer;

        @Override
        public List<FormerOwners.Open> open() {
            interference.at(Point.END_FORMER_OWNER);
            before = kafka.group().nodes();
            return kafka.open().stream()
                    .map(transaction -> new FormerOwners.Open(transaction.transactionalId(), transaction.node()))
                    .toList();
        }

        @Override
        public FormerOwners.@Nullable Signer signer(int partition) {
            interference.at(Point.OPEN_ONES_ENDED);
            stablePosition(partition);
            signer = kafka.signer(partition);
            return signer;
        }

        @Override
        public List<String> transactionalIds(String of) {
            return idsOf(of);
        }

        @Override
        public Map<String, String> members() {
            interference.at(Point.OPEN_ONES_LISTED);
            var members = new TreeMap<String, String>();
            kafka.group().nodes().forEach((node, member) -> members.put(member, node));
            return members;
        }

        @Override
        public void fence(List<String> ids) {
            for (String id : ids) {
                interference.at(Point.MEMBERS_LISTED);
                String of = id.substring(0, id.lastIndexOf('.'));
                String member = before.get(of);
                boolean signedAsAnother = signer != null
                        && signer.node().equals(of)
                        && !signer.member().equals(member);
                if (member != null && member.equals(kafka.group().nodes().get(of)) && !signedAsAnother) {
                    interference.violated("members are left alone", node + " ends " + id + " of a member");
                }
                boolean open = kafka.open().stream()
                        .anyMatch(tx -> tx.transactionalId().equals(id));
                interference.reached(open ? "transaction of a node that is gone ended" : "node that is gone refused");
                kafka.initProducer(id);
            }
        }
    }

    @Override
    public int partitionOf(byte[] key) {
        return SimulatedKafka.partitionOf(key);
    }

    @Override
    public long eventsEnd(int partition) {
        interference.at(Point.EVENTS_END);
        return kafka.end(SimulatedKafka.EVENTS, partition);
    }

    @Override
    public void followEvents(int partition, long offset) {
        following.put(partition, offset);
    }

    @Override
    public List<LogRecord> readEvents(Duration maxWait) {
        interference.at(Point.READ_EVENTS);
        var records = new ArrayList<LogRecord>();
        int max = interference.chance(50) ? 2 : 10;
        following.replaceAll((p, at) -> kafka.read(SimulatedKafka.EVENTS, p, at, max, records));
        interference.trace(() -> "reads events " + places(records));
        return records;
    }

    @Override
    public long eventsPosition(int partition) {
        Long position = following.get(partition);
        if (position == null) {
            throw new IllegalStateException("Events of [" + partition + "] are not followed");
        }
        return position;
    }

    @Override
    public void unfollowEvents(int partition) {
        following.remove(partition);
    }

    @Override
    public void answer(LogRecord command, OwnerReply reply, Instant handledAt, Supplier<NewRecord> record) {
        interference.at(Point.ANSWER);
        NewRecord written = record.get();
        kafka.send(written);
        commandId(written).ifPresent(interference::answered);
    }

    private static Optional<String> commandId(NewRecord reply) {
        return reply.headers().stream()
                .filter(header -> header.name().equals(Headers.CAUSATION_ID))
                .map(header -> new String(requireNonNull(header.value())))
                .findFirst();
    }

    @Override
    public Transaction begin() {
        interference.at(Point.BEGIN);
        turn = 1 - turn;
        return new SimulatedTransaction();
    }

    @Override
    public void reset() {
        for (int i = 0; i < epochs.length; i++) {
            interference.at(Point.RESET);
            epochs[i] = kafka.initProducer(transactionalIds.get(i));
        }
    }

    @Override
    public void close() {
        kafka.group().leave(membership.member());
    }

    private final class SimulatedTransaction implements Transaction {

        private final String id = transactionalIds.get(turn);
        private final int epoch = epochs[turn];

        private final List<Long> offsets = new ArrayList<>();
        private final List<String> answered = new ArrayList<>();

        @Override
        public void append(NewRecord event) {
            offsets.add(store(Point.APPEND, event));
        }

        @Override
        public long[] stored() {
            interference.at(Point.APPENDED);
            return offsets.stream().mapToLong(Long::longValue).toArray();
        }

        @Override
        public void send(NewRecord record) {
            store(Point.SEND, record);
        }

        @Override
        public void reply(NewRecord reply) {
            store(Point.SEND, reply);
            commandId(reply).ifPresent(answered::add);
        }

        private long store(Point point, NewRecord record) {
            interference.at(point);
            if (interference.timesOut(() -> kafka.append(id, epoch, record))) {
                throw failure("No answer in time at " + point);
            }
            return unlessFenced(() -> kafka.append(id, epoch, record));
        }

        @Override
        public void commit(Map<Integer, Long> positions) {
            interference.at(Point.COMMIT);
            if (!positions.isEmpty()) {
                add(positions);
            }
            if (interference.timesOut(() -> kafka.commit(id, epoch))) {
                throw failure("No answer in time at " + Point.COMMITTED);
            }
            epochs[turn] = (int) unlessFenced(() -> kafka.commit(id, epoch));
            interference.trace(() -> "committed with the positions " + positions);
            answered.forEach(interference::answered);
            interference.at(Point.COMMITTED);
        }

        private void add(Map<Integer, Long> positions) {
            unlessFenced(() -> {
                boolean late = !isMember();
                try {
                    kafka.addPositions(id, epoch, membership, positions);
                } catch (LogException e) {
                    interference.reached(late ? "commit of an expelled node refused" : "commit refused or fenced");
                    if (kafka.isCurrent(id, epoch)) {
                        interference.at(Point.RESET);
                        epochs[turn] = kafka.initProducer(id); // Ends the transaction, as an abort does.
                        throw new CommitRefusedException("Simulated: commit refused", e);
                    }
                    throw e;
                }
                return 0L;
            });
            interference.trace(() -> "added positions " + positions + " as " + id + "/" + epoch);
            interference.at(Point.POSITIONS_ADDED);
        }

        private long unlessFenced(LongSupplier request) {
            if (!kafka.isCurrent(id, epoch)) {
                interference.reached("producer fenced");
            }
            return request.getAsLong();
        }
    }
}
