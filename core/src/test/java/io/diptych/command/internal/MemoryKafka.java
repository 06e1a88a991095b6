package io.diptych.command.internal;

import io.diptych.message.Header;
import io.diptych.message.LogRecord;
import io.diptych.message.NewRecord;
import io.diptych.message.internal.LogException;
import io.diptych.message.internal.OwnershipListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A log in memory with what matters of Kafka: partitions, transactions whose markers take an offset, records of an
 * aborted transaction that are stored but never read, and committed positions. A client can be told to fail at a step.
 */
final class MemoryKafka {

    /** Where a client fails: before the step takes effect, or after it did, so that the client cannot know. */
    enum Fault {
        BEGIN,
        APPEND,
        COMMIT_LOST,
        COMMIT_UNKNOWN
    }

    private enum Outcome {
        OPEN,
        COMMITTED,
        ABORTED
    }

    private static final class Tx {
        private Outcome outcome = Outcome.OPEN;
        private final Set<List<Stored>> touched = new HashSet<>();
        private final String owner;

        Tx(String owner) {
            this.owner = owner;
        }
    }

    private record Stored(
            String topic,
            int partition,
            long offset,
            @Nullable NewRecord content,
            Tx transaction) implements LogRecord {

        private NewRecord record() {
            if (content == null) {
                throw new IllegalStateException("A marker has no content");
            }
            return content;
        }

        @Override
        public byte @Nullable [] key() {
            return record().key();
        }

        @Override
        public byte @Nullable [] value() {
            return record().value();
        }

        @Override
        public byte @Nullable [] header(String name) {
            byte[] found = null;
            for (Header header : headers()) {
                found = header.name().equals(name) ? header.value() : found;
            }
            return found;
        }

        @Override
        public List<Header> headers() {
            return record().headers();
        }
    }

    static final int PARTITIONS = 3;
    static final String COMMANDS = "bank.account.commands";
    static final String EVENTS = "bank.account.events";

    private final Map<String, List<List<Stored>>> topics = new TreeMap<>();
    private final Map<Integer, Long> committed = new HashMap<>();
    private final List<Tx> open = new ArrayList<>();

    private List<Stored> partition(String topic, int partition) {
        return topics.computeIfAbsent(topic, t -> {
                    var all = new ArrayList<List<Stored>>();
                    for (int i = 0; i < PARTITIONS; i++) {
                        all.add(new ArrayList<>());
                    }
                    return all;
                })
                .get(partition);
    }

    private Stored store(NewRecord record, Tx transaction) {
        Integer wanted = record.partition();
        byte[] key = record.key();
        int number = wanted != null ? wanted : key == null ? 0 : partitionOf(key);
        List<Stored> log = partition(record.topic(), number);
        var stored = new Stored(record.topic(), number, log.size(), record, transaction);
        log.add(stored);
        transaction.touched.add(log);
        return stored;
    }

    private void end(Tx transaction, Outcome outcome) {
        transaction.outcome = outcome;
        open.remove(transaction);
        for (List<Stored> log : topics.values().stream().flatMap(List::stream).toList()) {
            if (transaction.touched.contains(log)) {
                log.add(new Stored("", -1, log.size(), null, transaction));
            }
        }
    }

    /** What a client that knows nothing of partitions or transactions does. */
    void send(String topic, @Nullable Integer partition, @Nullable String key, String value, Header... headers) {
        var transaction = new Tx("client");
        store(
                new NewRecord(
                        topic, partition, key == null ? null : key.getBytes(), List.of(headers), value.getBytes()),
                transaction);
        transaction.outcome = Outcome.COMMITTED;
    }

    /** All committed records of a topic, partition after partition. */
    List<LogRecord> read(String topic) {
        var all = new ArrayList<LogRecord>();
        for (int i = 0; i < PARTITIONS; i++) {
            partition(topic, i).stream()
                    .filter(r -> r.content() != null && r.transaction().outcome == Outcome.COMMITTED)
                    .forEach(all::add);
        }
        return all;
    }

    /** Whether every command was handled. */
    boolean isDrained() {
        for (int i = 0; i < PARTITIONS; i++) {
            long next = committed.getOrDefault(i, 0L);
            if (partition(COMMANDS, i).stream().anyMatch(r -> r.content() != null && r.offset() >= next)) {
                return false;
            }
        }
        return true;
    }

    static int partitionOf(byte[] key) {
        return Math.floorMod(new String(key).hashCode(), PARTITIONS);
    }

    /** A worker's client that owns all partitions; its transactions carry its owner's name, as transactional ids do. */
    Client client(String owner) {
        return new Client(owner);
    }

    final class Client implements CommandLog {

        private final String owner;
        private final Map<Integer, Long> next = new TreeMap<>();
        private final Set<Integer> paused = new HashSet<>();
        private final Map<Integer, Long> following = new TreeMap<>();
        private boolean assigned;
        private @Nullable Fault fault;
        private static final int MAX_RECORDS = 10;

        Client(String owner) {
            this.owner = owner;
        }

        void failAt(@Nullable Fault step) {
            fault = step;
        }

        private void failIf(Fault step) {
            if (fault == step) {
                fault = null;
                throw new LogException("Injected at " + step, new IllegalStateException());
            }
        }

        @Override
        public List<LogRecord> poll(Duration maxWait, OwnershipListener listener) {
            if (!assigned) {
                assigned = true;
                var all = new ArrayList<Integer>();
                for (int i = 0; i < PARTITIONS; i++) {
                    all.add(i);
                    paused.add(i);
                    next.put(i, committed.getOrDefault(i, 0L));
                }
                listener.assigned(all);
            }
            var records = new ArrayList<LogRecord>();
            for (int i = 0; i < PARTITIONS; i++) {
                if (!paused.contains(i)) {
                    next.put(i, take(partition(COMMANDS, i), next.getOrDefault(i, 0L), records, MAX_RECORDS));
                }
            }
            return records;
        }

        /** Committed records from that offset, until the first that is still open; returns where to go on. */
        private long take(List<Stored> log, long from, List<LogRecord> into, int max) {
            long at = from;
            int taken = 0;
            while (at < log.size() && taken < max) {
                Stored record = log.get((int) at);
                if (record.transaction().outcome == Outcome.OPEN) {
                    break;
                }
                if (record.content() != null && record.transaction().outcome == Outcome.COMMITTED) {
                    into.add(record);
                    taken++;
                }
                at++;
            }
            return at;
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
        public void rewind(int partition) {
            next.put(partition, committed.getOrDefault(partition, 0L));
        }

        @Override
        public void endFormerOwner(int partition) {
            // A log with one client has no other.
        }

        @Override
        public int partitionOf(byte[] key) {
            return MemoryKafka.partitionOf(key);
        }

        @Override
        public long eventsEnd(int partition) {
            return partition(EVENTS, partition).size();
        }

        @Override
        public void followEvents(int partition, long offset) {
            following.put(partition, offset);
        }

        @Override
        public List<LogRecord> readEvents(Duration maxWait) {
            var records = new ArrayList<LogRecord>();
            following.replaceAll((p, at) -> take(partition(EVENTS, p), at, records, MAX_RECORDS));
            return records;
        }

        @Override
        public long eventsPosition(int partition) {
            return following.getOrDefault(partition, 0L);
        }

        @Override
        public void unfollowEvents(int partition) {
            following.remove(partition);
        }

        @Override
        public Transaction begin() {
            failIf(Fault.BEGIN);
            var transaction = new Tx(owner);
            open.add(transaction);
            return new ClientTransaction(transaction);
        }

        @Override
        public void reset() {
            List.copyOf(open).stream().filter(t -> t.owner.equals(owner)).forEach(t -> end(t, Outcome.ABORTED));
        }

        @Override
        public void close() {}

        private final class ClientTransaction implements Transaction {

            private final Tx transaction;

            ClientTransaction(Tx transaction) {
                this.transaction = transaction;
            }

            @Override
            public long[] append(List<NewRecord> records) {
                long[] offsets = records.stream()
                        .mapToLong(r -> store(r, transaction).offset())
                        .toArray();
                failIf(Fault.APPEND);
                return offsets;
            }

            @Override
            public void send(NewRecord record) {
                store(record, transaction);
            }

            @Override
            public void reply(NewRecord reply) {
                store(reply, transaction);
            }

            @Override
            public void commit(Map<Integer, Long> nextCommands) {
                failIf(Fault.COMMIT_LOST);
                committed.putAll(nextCommands);
                end(transaction, Outcome.COMMITTED);
                failIf(Fault.COMMIT_UNKNOWN);
            }
        }
    }
}
