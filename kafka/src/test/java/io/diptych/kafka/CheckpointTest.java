package io.diptych.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.diptych.App;
import io.diptych.TopicNames;
import io.diptych.command.Aggregate;
import io.diptych.command.CommandGateway.Reply;
import io.diptych.command.CommandObserver;
import io.diptych.command.CommandReply.Accepted;
import io.diptych.command.CommandReply.Refused;
import io.diptych.command.CommandRequest;
import io.diptych.command.CommandStatus;
import io.diptych.embedded.EmbeddedKafka;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a command node knows after it was started again, and from where. */
class CheckpointTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int PARTITIONS = 2;

    @TempDir
    private static Path kafkaDir;

    private static EmbeddedKafka kafka;
    private static Admin admin;

    @TempDir
    private Path dir;

    private App app = Shop.app("shop-" + UUID.randomUUID().toString().substring(0, 8));
    private KafkaCommandGateway gateway;
    private KafkaCommandEngine engine;

    @BeforeAll
    static void start_kafka() {
        kafka = EmbeddedKafka.start(kafkaDir, 0);
        admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    }

    @AfterAll
    static void stop_kafka() {
        admin.close();
        kafka.close();
    }

    @BeforeEach
    void start() {
        Topics.ensure(app, settings("gateway"));
        gateway = KafkaCommandGateway.start(app, settings("gateway"));
    }

    @AfterEach
    void stop() {
        gateway.close();
        if (engine != null) {
            engine.close();
        }
    }

    @Test
    void a_node_that_is_started_again_reads_only_the_events_after_its_checkpoint() throws Exception {
        startNode("node", "disk");
        Accepted created = create("o-1", "k-1");
        engine.close();
        deleteEvents();

        startNode("node", "disk");

        assertThat(create("o-1", "k-1")).isEqualTo(created);
        assertThat(cancel("o-1", "k-2").version()).isEqualTo(2);
    }

    @Test
    void a_node_with_an_empty_disk_begins_with_the_snapshots() throws Exception {
        startNode("node", "disk");
        Accepted created = create("o-1", "k-1");
        for (int i = 2; i < 50; i++) {
            create("o-" + i, "k-" + i);
        }
        engine.close();
        deleteEvents();

        startNode("other", "another-disk");

        assertThat(create("o-1", "k-1")).isEqualTo(created);
        for (int i = 1; i < 50; i++) {
            assertThat(cancel("o-" + i, "c-" + i).version()).isEqualTo(2);
        }
    }

    @Test
    void a_disk_that_missed_what_another_node_did_is_brought_up_to_date() throws Exception {
        startNode("node", "disk");
        create("o-1", "k-1");
        create("o-2", "k-2");
        engine.close();
        startNode("other", "another-disk");
        Accepted cancelled = cancel("o-1", "k-3");
        engine.close();

        startNode("node", "disk");
        assertThat(cancel("o-1", "k-3")).isEqualTo(cancelled);
        assertThat(cancel("o-2", "k-4").version()).isEqualTo(2);
        engine.close();
        deleteEvents();

        startNode("third", "third-disk");
        assertThat(cancel("o-1", "k-3")).isEqualTo(cancelled);
        assertThat(cancel("o-2", "k-5").version()).isEqualTo(3);
    }

    @Test
    void a_damaged_checkpoint_is_set_aside_and_made_anew() throws Exception {
        startNode("node", "disk");
        Accepted created = create("o-1", "k-1");
        engine.close();
        damage(dir.resolve("disk"));

        startNode("node", "disk");

        assertThat(create("o-1", "k-1")).isEqualTo(created);
        assertThat(cancel("o-1", "k-2").version()).isEqualTo(2);
        try (Stream<Path> all = Files.walk(dir.resolve("disk"))) {
            assertThat(all).anyMatch(path -> path.toString().endsWith(".aside"));
        }
    }

    @Test
    void a_new_version_of_the_state_is_made_from_the_events() throws Exception {
        startNode("node", "disk");
        create("o-1", "k-1");
        engine.close();
        app = withStateVersion(2);

        startNode("node", "disk");

        assertThat(cancel("o-1", "k-2").version()).isEqualTo(2);
        try (Stream<Path> all = Files.walk(dir.resolve("disk"))) {
            assertThat(all).anyMatch(path -> path.toString().endsWith(".aside"));
        }
    }

    @Test
    void a_checkpoint_of_another_log_is_not_used() throws Exception {
        startNode("node", "disk");
        create("o-1", "k-1");
        engine.close();
        gateway.close();
        admin.deleteTopics(List.of(
                        TopicNames.events(app.name(), "order"),
                        TopicNames.commands(app.name(), "order"),
                        TopicNames.snapshots(app.name(), "order")))
                .all()
                .get();
        await().atMost(PATIENCE)
                .until(() -> !admin.listTopics().names().get().contains(TopicNames.events(app.name(), "order")));
        start();

        startNode("node", "disk");

        assertThat(create("o-1", "k-2").version()).isEqualTo(1);
    }

    @Test
    void a_new_owner_ends_what_a_dead_node_left_open() throws Exception {
        String deadId =
                TransactionalIds.of(app.name(), "order").commands("dead").getFirst();
        var properties = new HashMap<String, Object>(settings("dead").transactionalProducer(deadId));
        properties.put("transaction.timeout.ms", 600_000);
        try (var dead = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            dead.initTransactions();
            dead.beginTransaction();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                dead.send(new ProducerRecord<>(
                                TopicNames.events(app.name(), "order"), partition, bytes("ghost"), bytes("{}")))
                        .get();
            }

            startNode("node", "disk");

            assertThat(create("ghost", "k-1").version()).isEqualTo(1);
        }
    }

    private void startNode(String node, String disk) {
        engine = KafkaCommandEngine.start(
                app, settings(node), CommandSettings.DEFAULT.withStateDir(dir.resolve(disk)), CommandObserver.NONE);
        await().atMost(PATIENCE)
                .until(() -> engine.status().stream()
                        .map(CommandStatus::partitions)
                        .allMatch(ready -> ready.size() == PARTITIONS && !ready.containsValue(false)));
    }

    private static KafkaSettings settings(String node) {
        return KafkaSettings.of(kafka.bootstrapServers())
                .withPartitions(PARTITIONS)
                .withStableNodeId(node);
    }

    @SuppressWarnings("unchecked")
    private App withStateVersion(int version) {
        var order = (Aggregate<Object, Object, Object>) app.aggregates().getFirst();
        return App.named(app.name()).with(order.withStateVersion(version));
    }

    /** Whoever reads events from the first on finds none. */
    private void deleteEvents() throws Exception {
        var toDelete = new HashMap<TopicPartition, RecordsToDelete>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            var topicPartition = new TopicPartition(TopicNames.events(app.name(), "order"), partition);
            long end = admin.listOffsets(Map.of(topicPartition, OffsetSpec.latest()))
                    .partitionResult(topicPartition)
                    .get()
                    .offset();
            toDelete.put(topicPartition, RecordsToDelete.beforeOffset(end));
        }
        admin.deleteRecords(toDelete).all().get();
    }

    private static void damage(Path disk) throws Exception {
        try (Stream<Path> all = Files.walk(disk)) {
            for (Path file : all.filter(path -> path.getFileName().toString().startsWith("MANIFEST"))
                    .toList()) {
                Files.write(file, bytes("no manifest"));
            }
        }
    }

    private Accepted create(String id, String key) throws Exception {
        return (Accepted) send("CreateOrder", "{\"orderId\":\"" + id + "\",\"product\":\"W\",\"quantity\":1}", key);
    }

    private Accepted cancel(String id, String key) throws Exception {
        Object answer = send("CancelOrder", "{\"orderId\":\"" + id + "\"}", key);
        assertThat(answer).isNotInstanceOf(Refused.class);
        return (Accepted) answer;
    }

    private Object send(String type, String body, String key) throws Exception {
        return gateway.send(new CommandRequest(type, bytes(body), key, null, null))
                .reply()
                .thenApply(Reply::outcome)
                .get(30, TimeUnit.SECONDS);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
