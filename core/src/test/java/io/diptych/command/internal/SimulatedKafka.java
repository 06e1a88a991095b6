package io.diptych.command.internal;

import static java.util.Objects.requireNonNull;

import io.diptych.message.Header;
import io.diptych.message.LogRecord;
import io.diptych.message.NewRecord;
import io.diptych.message.internal.LogException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A broker in memory with what matters of Kafka: producers with an epoch, of which a later one fences the earlier;
 * transactions that are first prepared and then get a marker in each partition, which takes an offset; records of
 * aborted transactions that are stored but never read; positions that are unstable while a transaction moves them.
 */
final class SimulatedKafka {

    static final int PARTITIONS = 4;
    static final String COMMANDS = "bank.account.commands";
    static final String EVENTS = "bank.account.events";
    static final long TRANSACTION_TIMEOUT = 10_000;

    /** The state of a transaction; what is prepared can no longer change, but is not yet seen everywhere. */
    private enum Status {
        OPEN,
        COMMITTED,
        ABORTED
    }

    /** A transaction of a producer, from its first record on. */
    static final class Tx {
        private final Producer producer;
        private final long begun;
        private final Set<Log> unmarked = new LinkedHashSet<>();
        private final Map<Integer, Position> positions = new TreeMap<>();
        private Status status = Status.OPEN;

        private Tx(Producer producer, long begun) {
            this.producer = producer;
            this.begun = begun;
        }

        String transactionalId() {
            return producer.id;
        }

        String node() {
            return producer.id.substring(0, producer.id.lastIndexOf('.'));
        }

        long begun() {
            return begun;
        }

        boolean wrote(String topic, int partition) {
            return unmarked.stream().anyMatch(log -> log.topic.equals(topic) && log.number == partition);
        }

        boolean isCommitted() {
            return status == Status.COMMITTED;
        }

        private boolean isDone() {
            return status != Status.OPEN && unmarked.isEmpty() && positions.isEmpty();
        }
    }

    /** A position, the node that stored it, and which of all positions that were ever stored it is. */
    private record Position(long next, FormerOwners.Signer signer, long number) {

        /** Whichever transaction ends first, the one that was stored last counts. */
        static Position later(Position a, Position b) {
            return a.number > b.number ? a : b;
        }
    }

    private static final class Producer {
        private final String id;
        private int epoch;
        private @Nullable Tx current;

        Producer(String id) {
            this.id = id;
        }
    }

    private static final class Log {
        private final String topic;
        private final int number;
        private final List<SimulatedRecord> records = new ArrayList<>();
        private final Map<Tx, Long> firstOffsets = new LinkedHashMap<>();

        Log(String topic, int number) {
            this.topic = topic;
            this.number = number;
        }

        long lastStable() {
            return firstOffsets.values().stream().mapToLong(o -> o).min().orElse(records.size());
        }
    }

    private final Map<String, List<Log>> topics = new TreeMap<>();
    private final Map<String, Producer> producers = new TreeMap<>();
    private final Map<Integer, Position> positions = new TreeMap<>();
    private long positionsStored;
    private final List<Tx> transactions = new ArrayList<>();
    private final SimulatedGroup group = new SimulatedGroup();
    private long now;

    SimulatedGroup group() {
        return group;
    }

    long now() {
        return now;
    }

    /** Lets time pass; returns how many transactions ran out of it. */
    int pass(long milliseconds) {
        now += milliseconds;
        group.expire(now);
        List<Tx> late = transactions.stream()
                .filter(t -> t.status == Status.OPEN && now - t.begun > TRANSACTION_TIMEOUT)
                .toList();
        late.forEach(t -> initProducer(t.transactionalId()));
        return late.size();
    }

    private Log log(String topic, int partition) {
        return topics.computeIfAbsent(topic, t -> {
                    var all = new ArrayList<Log>();
                    for (int i = 0; i < PARTITIONS; i++) {
                        all.add(new Log(t, i));
                    }
                    return all;
                })
                .get(partition);
    }

    static int partitionOf(byte[] key) {
        return Math.floorMod(new String(key).hashCode(), PARTITIONS);
    }

    /** What a client that knows nothing of transactions does. */
    void send(String topic, @Nullable Integer partition, @Nullable String key, String value, Header... headers) {
        store(
                new NewRecord(
                        topic, partition, key == null ? null : key.getBytes(), List.of(headers), value.getBytes()),
                null);
    }

    /** The same with a record. */
    void send(NewRecord record) {
        store(record, null);
    }

    private long store(NewRecord record, @Nullable Tx transaction) {
        Integer wanted = record.partition();
        byte[] key = record.key();
        int number = wanted != null ? wanted : key == null ? 0 : partitionOf(key);
        Log log = log(record.topic(), number);
        long offset = log.records.size();
        log.records.add(new SimulatedRecord(record.topic(), number, offset, record, transaction));
        if (transaction != null && transaction.unmarked.add(log)) {
            log.firstOffsets.put(transaction, offset);
        }
        return offset;
    }

    /** Gives the producer a new epoch, ends what it left open, and fences whoever has an earlier one. */
    int initProducer(String id) {
        Producer producer = producers.computeIfAbsent(id, Producer::new);
        if (producer.current != null) {
            if (producer.current.status == Status.OPEN) {
                prepare(producer.current, Status.ABORTED);
            }
            complete(producer.current);
        }
        return ++producer.epoch;
    }

    boolean isCurrent(String id, int epoch) {
        Producer producer = producers.get(id);
        return producer != null && producer.epoch == epoch;
    }

    private Producer producer(String id, int epoch) {
        Producer producer = producers.get(id);
        if (producer == null || producer.epoch != epoch) {
            throw new LogException("Simulated: producer [" + id + "] is fenced", new IllegalStateException());
        }
        return producer;
    }

    /** The transaction that the producer is in; a new one waits for the markers of the one before. */
    private Tx current(String id, int epoch) {
        Producer producer = producer(id, epoch);
        Tx last = producer.current;
        if (last != null && last.status == Status.OPEN) {
            return last;
        }
        if (last != null) {
            complete(last);
        }
        var fresh = new Tx(producer, now);
        producer.current = fresh;
        transactions.add(fresh);
        return fresh;
    }

    /** Stores a record within the producer's transaction. */
    long append(String id, int epoch, NewRecord record) {
        return store(record, current(id, epoch));
    }

    /** Adds positions to the producer's transaction, if the member still is one and knows the group's generation. */
    void addPositions(String id, int epoch, SimulatedGroup.Membership member, Map<Integer, Long> next) {
        Tx transaction = current(id, epoch);
        group.requireCurrent(member);
        long number = ++positionsStored;
        var signer = new FormerOwners.Signer(transaction.node(), requireNonNull(member.member()));
        next.forEach(
                (partition, position) -> transaction.positions.put(partition, new Position(position, signer, number)));
    }

    /** Ends the producer's transaction; its markers come later. Returns the producer's next epoch. */
    int commit(String id, int epoch) {
        Producer producer = producer(id, epoch);
        if (producer.current != null && producer.current.status == Status.OPEN) {
            prepare(producer.current, Status.COMMITTED);
        }
        return ++producer.epoch;
    }

    private void prepare(Tx transaction, Status status) {
        transaction.status = status;
        if (transaction.isDone()) {
            transactions.remove(transaction);
        }
    }

    private void complete(Tx transaction) {
        while (!transaction.isDone()) {
            mark(transaction);
        }
    }

    /** Writes one of the markers that are due; false when none is. */
    boolean markOne(int choice) {
        List<Tx> due = transactions.stream()
                .filter(t -> t.status != Status.OPEN && !t.isDone())
                .toList();
        if (due.isEmpty()) {
            return false;
        }
        mark(due.get(choice % due.size()));
        return true;
    }

    private void mark(Tx transaction) {
        if (!transaction.positions.isEmpty()) {
            if (transaction.status == Status.COMMITTED) {
                transaction.positions.forEach((p, position) -> positions.merge(p, position, Position::later));
            }
            transaction.positions.clear();
        } else if (!transaction.unmarked.isEmpty()) {
            Log log = transaction.unmarked.iterator().next();
            transaction.unmarked.remove(log);
            log.firstOffsets.remove(transaction);
            log.records.add(new SimulatedRecord(log.topic, log.number, log.records.size(), null, transaction));
        }
        if (transaction.isDone()) {
            transactions.remove(transaction);
        }
    }

    /** Transactions that nobody has decided to end. */
    List<Tx> open() {
        return transactions.stream().filter(t -> t.status == Status.OPEN).toList();
    }

    /** The next command to be handled; empty while a transaction may still change it. */
    OptionalLong position(int partition) {
        boolean unstable = transactions.stream().anyMatch(t -> t.positions.containsKey(partition));
        return unstable ? OptionalLong.empty() : OptionalLong.of(stablePosition(partition));
    }

    /** Who stored it; null when there is none. */
    FormerOwners.@Nullable Signer signer(int partition) {
        Position position = positions.get(partition);
        return position == null ? null : position.signer();
    }

    private long stablePosition(int partition) {
        Position position = positions.get(partition);
        return position == null ? 0 : position.next();
    }

    long end(String topic, int partition) {
        return log(topic, partition).records.size();
    }

    /** Adds committed records from that offset, until the first that may still change; returns where to go on. */
    long read(String topic, int partition, long from, int max, List<LogRecord> into) {
        Log log = log(topic, partition);
        long stable = log.lastStable();
        long at = from;
        for (int taken = 0; at < stable && taken < max; at++) {
            SimulatedRecord record = log.records.get((int) at);
            if (record.isVisible()) {
                into.add(record);
                taken++;
            }
        }
        return at;
    }

    /** The offset of the first record that may still change. */
    long lastStable(String topic, int partition) {
        return log(topic, partition).lastStable();
    }

    /** Keeps of what stands before that offset only the last committed record of each key. */
    boolean compact(String topic, int partition, long before) {
        Log log = log(topic, partition);
        var keys = new HashSet<String>();
        boolean removed = false;
        for (int i = (int) Math.min(before, log.lastStable()) - 1; i >= 0; i--) {
            SimulatedRecord record = log.records.get(i);
            if (record.isVisible() && !keys.add(new String(record.key()))) {
                log.records.set(i, record.withoutContent());
                removed = true;
            }
        }
        return removed;
    }

    /** All records of a partition that are committed, though a reader may not get them yet. */
    List<? extends LogRecord> decided(String topic, int partition) {
        return log(topic, partition).records.stream()
                .filter(SimulatedRecord::isVisible)
                .toList();
    }

    /** All committed records of a partition. */
    List<LogRecord> read(String topic, int partition) {
        var all = new ArrayList<LogRecord>();
        read(topic, partition, 0, Integer.MAX_VALUE, all);
        return all;
    }

    /** All committed records of a topic, partition after partition. */
    List<LogRecord> read(String topic) {
        var all = new ArrayList<LogRecord>();
        for (int i = 0; i < PARTITIONS; i++) {
            all.addAll(read(topic, i));
        }
        return all;
    }

    /** Whether every command was handled and nothing is open. */
    boolean isDrained() {
        for (int i = 0; i < PARTITIONS; i++) {
            long next = stablePosition(i);
            Log log = log(COMMANDS, i);
            if (log.records.stream().skip(next).anyMatch(SimulatedRecord::isVisible)) {
                return false;
            }
        }
        return transactions.isEmpty();
    }
}
