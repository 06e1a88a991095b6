package io.diptych.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.diptych.App;
import io.diptych.TopicNames;
import io.diptych.command.CommandGateway.Reply;
import io.diptych.command.CommandObserver;
import io.diptych.command.CommandReply;
import io.diptych.command.CommandRequest;
import io.diptych.command.CommandStatus;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;

/** The shop of tests on some broker, with topics of its own: its nodes, a gateway, and commands to it. */
final class ShopCluster implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Of groups here: as short as the broker allows without failing for a busy machine. */
    static final Duration SESSION = Duration.ofSeconds(2);

    private final App app = Shop.app("shop-" + UUID.randomUUID().toString().substring(0, 8));
    private final String bootstrapServers;
    private final int partitions;
    private final KafkaCommandGateway gateway;

    ShopCluster(String bootstrapServers, int partitions) {
        this.bootstrapServers = bootstrapServers;
        this.partitions = partitions;
        Topics.ensure(app, settings("gateway"));
        this.gateway = KafkaCommandGateway.start(app, settings("gateway"));
    }

    App app() {
        return app;
    }

    int partitions() {
        return partitions;
    }

    KafkaSettings settings(String node) {
        return settings(bootstrapServers, partitions, node);
    }

    static KafkaSettings settings(String bootstrapServers, int partitions, String node) {
        var client =
                Map.of("bootstrap.servers", bootstrapServers, "session.timeout.ms", Long.toString(SESSION.toMillis()));
        return new KafkaSettings(client, node, true, partitions, (short) -1);
    }

    /** Starts a node of this process; returns at once. */
    KafkaCommandEngine start(String node, Path disk) {
        return start(node, CommandSettings.DEFAULT.withStateDir(disk));
    }

    KafkaCommandEngine start(String node, CommandSettings handling) {
        return KafkaCommandEngine.start(app, settings(node), handling, CommandObserver.NONE);
    }

    /** Waits until all that many partitions are handled by the node. */
    static void awaitReady(KafkaCommandEngine node, int partitions) {
        await().atMost(PATIENCE)
                .until(() -> node.status().stream()
                        .map(CommandStatus::partitions)
                        .allMatch(ready -> ready.size() == partitions && !ready.containsValue(false)));
    }

    static void awaitReason(KafkaCommandEngine node, String part) {
        await().atMost(PATIENCE)
                .until(() -> node.status().stream()
                        .anyMatch(status -> String.valueOf(status.reason()).contains(part)));
    }

    /** Creates the order; the answer. */
    CommandReply create(String id) throws Exception {
        return create(id, "create-" + id);
    }

    /** Another command that would create it. */
    CommandReply createAgain(String id) throws Exception {
        return create(id, "create-again-" + id);
    }

    private CommandReply create(String id, String key) throws Exception {
        return send("CreateOrder", "{\"orderId\":\"" + id + "\",\"product\":\"W\",\"quantity\":1}", key);
    }

    /** Cancels the order; the answer. */
    CommandReply cancel(String id) throws Exception {
        return send("CancelOrder", "{\"orderId\":\"" + id + "\"}", "cancel-" + id);
    }

    void requireCreated(String id) throws Exception {
        assertThat(create(id)).isInstanceOf(CommandReply.Accepted.class);
    }

    private CommandReply send(String type, String body, String key) throws Exception {
        return gateway.send(new CommandRequest(type, body.getBytes(StandardCharsets.UTF_8), key, null, null))
                .reply()
                .thenApply(Reply::outcome)
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** The partition that an order belongs to. */
    int partitionOf(String id) {
        return Utils.toPositive(Utils.murmur2(id.getBytes(StandardCharsets.UTF_8))) % partitions;
    }

    /** Whoever reads events from the first on finds none. */
    void deleteEvents(Admin admin) throws Exception {
        var toDelete = new HashMap<TopicPartition, RecordsToDelete>();
        for (int partition = 0; partition < partitions; partition++) {
            var topicPartition = new TopicPartition(TopicNames.events(app.name(), "order"), partition);
            long end = admin.listOffsets(Map.of(topicPartition, OffsetSpec.latest()))
                    .partitionResult(topicPartition)
                    .get()
                    .offset();
            toDelete.put(topicPartition, RecordsToDelete.beforeOffset(end));
        }
        admin.deleteRecords(toDelete).all().get();
    }

    @Override
    public void close() {
        gateway.close();
    }
}
