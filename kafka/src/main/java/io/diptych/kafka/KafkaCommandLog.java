package io.diptych.kafka;

import io.diptych.TopicNames;
import io.diptych.command.OwnerReply;
import io.diptych.command.internal.CommandLog;
import io.diptych.command.internal.CommitRefusedException;
import io.diptych.command.internal.FormerOwners;
import io.diptych.message.LogRecord;
import io.diptych.message.NewRecord;
import io.diptych.message.internal.LogException;
import io.diptych.message.internal.OwnershipListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker's commands, events and transactions on Kafka: a group member for the commands, a reader for events, and
 * producers.
 */
final class KafkaCommandLog implements CommandLog {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaCommandLog.class);

    /** Between member and node in what is committed with a position. */
    private static final char SIGNER_SEPARATOR = '\n';

    private final String node;
    private final String commandTopic;
    private final String commandLogId;
    private final String eventTopic;
    private final int partitions;
    private final Admin admin;
    private final KafkaConsumer<byte[], byte[]> commands;
    private final KafkaConsumer<byte[], byte[]> events;
    private final Set<TopicPartition> followed = new HashSet<>();
    private final ReplyTargets replyTargets;
    private final Ownership ownership;
    private final KafkaGroup group;
    private volatile ConsumerGroupMetadata membership;
    private final CommandProducers producers;
    private final GatewayReplies gatewayReplies;

    KafkaCommandLog(KafkaSettings settings, String app, String aggregate, int partitions) {
        this.node = settings.nodeId();
        this.commandTopic = TopicNames.commands(app, aggregate);
        this.commandLogId = Topics.logId(commandTopic, settings);
        this.eventTopic = TopicNames.events(app, aggregate);
        var ids = TransactionalIds.of(app, aggregate);
        this.partitions = partitions;
        this.admin = Admin.create(settings.admin());
        this.producers = new CommandProducers(settings, admin, ids.commands(settings.nodeId()));
        var bytes = new ByteArrayDeserializer();
        this.commands = new KafkaConsumer<>(settings.commandConsumer(commandTopic), bytes, bytes);
        this.events = new KafkaConsumer<>(settings.catchUpConsumer(), bytes, bytes);
        this.replyTargets = new ReplyTargets(admin, app);
        this.gatewayReplies = new GatewayReplies(settings, replyTargets);
        this.ownership = new Ownership(commands, commandTopic, new NodeIdentity(settings, commandTopic));
        this.group = new KafkaGroup(admin, commandTopic, ids, this::signer);
        this.membership = commands.groupMetadata();
    }

    @Override
    public List<LogRecord> poll(Duration maxWait, OwnershipListener listener) {
        List<LogRecord> records = attempt("read commands", () -> ownership.poll(maxWait, listener));
        membership = commands.groupMetadata();
        return records;
    }

    /** In the group that shares out the partitions, as of the last poll; for any thread. */
    ConsumerGroupMetadata membership() {
        return membership;
    }

    /** Ends a poll that waits; for any thread. */
    void wakeup() {
        ownership.wakeup();
    }

    /**
     * Before producers are made: those of another process that has this node's id now would be fenced by them. For any
     * thread.
     *
     * @throws LogException when there is such a process, or may be
     */
    void requireNodeId() {
        ownership.requireName(membership.memberId());
    }

    @Override
    public void pause(int partition) {
        commands.pause(List.of(new TopicPartition(commandTopic, partition)));
    }

    @Override
    public void resume(int partition) {
        commands.resume(List.of(new TopicPartition(commandTopic, partition)));
    }

    @Override
    public long rewind(int partition, long atLeast) {
        var topicPartition = new TopicPartition(commandTopic, partition);
        OffsetAndMetadata committed = position(topicPartition);
        if (committed == null && atLeast == 0) {
            commands.seekToBeginning(Set.of(topicPartition));
        } else {
            commands.seek(topicPartition, committed == null ? atLeast : Math.max(atLeast, committed.offset()));
        }
        return attempt("find the next command", () -> commands.position(topicPartition));
    }

    /** Fails while a transaction that is open may change it. */
    private @Nullable OffsetAndMetadata position(TopicPartition partition) {
        return attempt("find the next command", () -> commands.committed(Set.of(partition)))
                .get(partition);
    }

    private FormerOwners.@Nullable Signer signer(int partition) {
        OffsetAndMetadata committed = position(new TopicPartition(commandTopic, partition));
        if (committed == null) {
            return null;
        }
        int separator = committed.metadata().indexOf(SIGNER_SEPARATOR);
        return separator < 0
                ? null // Of somebody who has set the group's position by hand.
                : new FormerOwners.Signer(
                        committed.metadata().substring(separator + 1),
                        committed.metadata().substring(0, separator));
    }

    @Override
    public String commandLogId() {
        return commandLogId;
    }

    @Override
    public void endFormerOwner(int partition) {
        group.endFormerOwners(partition, node);
    }

    @Override
    public int partitionOf(byte[] key) {
        return Utils.toPositive(Utils.murmur2(key)) % partitions;
    }

    @Override
    public long eventsEnd(int partition) {
        return end(new TopicPartition(eventTopic, partition));
    }

    /** The offset past the last record written so far, be it committed, aborted or still open; for any thread. */
    long end(TopicPartition partition) {
        var uncommittedToo = new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED);
        return attempt(
                "find the end of [" + partition + "]",
                () -> admin.listOffsets(Map.of(partition, OffsetSpec.latest()), uncommittedToo)
                        .partitionResult(partition)
                        .get()
                        .offset());
    }

    @Override
    public void followEvents(int partition, long offset) {
        var topicPartition = new TopicPartition(eventTopic, partition);
        followed.add(topicPartition);
        events.assign(followed);
        events.seek(topicPartition, offset);
    }

    @Override
    public List<LogRecord> readEvents(Duration maxWait) {
        return followed.isEmpty() ? List.of() : attempt("read events", () -> KafkaRecord.all(events.poll(maxWait)));
    }

    @Override
    public long eventsPosition(int partition) {
        return attempt("read events", () -> events.position(new TopicPartition(eventTopic, partition)));
    }

    @Override
    public void unfollowEvents(int partition) {
        followed.remove(new TopicPartition(eventTopic, partition));
        events.assign(followed);
    }

    @Override
    public void answer(LogRecord command, OwnerReply reply, Instant handledAt, Supplier<NewRecord> record) {
        gatewayReplies.hand(command, reply, handledAt, record);
    }

    @Override
    public Transaction begin() {
        return new KafkaTransaction(attempt("begin a transaction", producers::begin));
    }

    @Override
    public void reset() {
        producers.close();
        requireNodeId();
        attempt("begin transactions", () -> {
            producers.make();
            return producers;
        });
    }

    @Override
    public void close() {
        producers.close();
        gatewayReplies.close();
        endOpenTransaction();
        // A node with a stable id leaves as well: its partitions move at once instead of waiting for its return.
        commands.close(CloseOptions.timeout(Duration.ofSeconds(1))
                .withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP));
        events.close(CloseOptions.timeout(Duration.ZERO));
        admin.close(Duration.ZERO);
    }

    /** So that nobody waits for what this node, which stops now, did not bring to an end. */
    private void endOpenTransaction() {
        if (!producers.isOpen()) {
            return;
        }
        try {
            requireNodeId();
            attempt("end a transaction", () -> {
                producers.end();
                return producers;
            });
        } catch (LogException e) {
            LOG.info("{}: it ends by its time-out", e.getMessage());
        }
    }

    /** What Kafka is asked to do. */
    private interface Action<T> {
        T run() throws ExecutionException, InterruptedException;
    }

    private static <T> T attempt(String what, Action<T> action) {
        try {
            return action.run();
        } catch (ExecutionException e) {
            throw new LogException("Kafka could not " + what + ": " + e.getCause(), e);
        } catch (KafkaException e) {
            throw new LogException("Kafka could not " + what + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LogException("Interrupted: could not " + what, e);
        }
    }

    private final class KafkaTransaction implements Transaction {

        private final KafkaProducer<byte[], byte[]> producer;
        private final List<Future<RecordMetadata>> events = new ArrayList<>();

        KafkaTransaction(KafkaProducer<byte[], byte[]> producer) {
            this.producer = producer;
        }

        @Override
        public void append(NewRecord event) {
            events.add(attempt("store events", () -> producer.send(KafkaRecord.toProducer(event))));
        }

        @Override
        public long[] stored() {
            return attempt("store events", () -> {
                producer.flush();
                long[] offsets = new long[events.size()];
                for (int i = 0; i < offsets.length; i++) {
                    offsets[i] = events.get(i).get().offset();
                }
                return offsets;
            });
        }

        @Override
        public void send(NewRecord record) {
            attempt("store a record", () -> producer.send(KafkaRecord.toProducer(record)));
        }

        @Override
        public void reply(NewRecord reply) {
            if (replyTargets.accepts(reply.topic(), reply.partition())) {
                send(reply);
            }
        }

        @Override
        public void commit(Map<Integer, Long> positions) {
            attempt("commit", () -> {
                if (!positions.isEmpty()) {
                    add(positions);
                }
                CommitOfAll.commit(producer);
                return producer;
            });
            producers.ended();
        }

        private void add(Map<Integer, Long> positions) {
            ConsumerGroupMetadata member = commands.groupMetadata();
            String signer = member.memberId() + SIGNER_SEPARATOR + node;
            var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
            positions.forEach((partition, next) ->
                    offsets.put(new TopicPartition(commandTopic, partition), new OffsetAndMetadata(next, signer)));
            try {
                producer.sendOffsetsToTransaction(offsets, member);
            } catch (CommitFailedException e) {
                producer.abortTransaction();
                producers.ended();
                throw new CommitRefusedException("Kafka did not commit: " + e.getMessage(), e);
            }
        }
    }
}
