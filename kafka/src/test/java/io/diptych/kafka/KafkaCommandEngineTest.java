package io.diptych.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.diptych.App;
import io.diptych.ConfigurationException;
import io.diptych.TopicNames;
import io.diptych.command.CommandGateway.Reply;
import io.diptych.command.CommandObserver;
import io.diptych.command.CommandReply.Accepted;
import io.diptych.command.CommandReply.Refused;
import io.diptych.command.CommandRequest;
import io.diptych.embedded.EmbeddedKafka;
import io.diptych.message.Headers;
import io.diptych.message.Limits;
import io.diptych.message.Problem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaCommandEngineTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private static Path dir;

    private static EmbeddedKafka kafka;

    private final App app = Shop.app("shop-" + UUID.randomUUID().toString().substring(0, 8));
    private KafkaSettings settings;
    private KafkaCommandEngine engine;
    private KafkaCommandGateway gateway;

    @BeforeAll
    static void start_kafka() {
        kafka = EmbeddedKafka.start(dir, 0);
    }

    @AfterAll
    static void stop_kafka() {
        kafka.close();
    }

    @BeforeEach
    void start() {
        settings =
                new KafkaSettings(Map.of("bootstrap.servers", kafka.bootstrapServers()), "node-1", true, 3, (short) -1);
        Topics.ensure(app, settings);
        engine = KafkaCommandEngine.start(app, settings, CommandSettings.DEFAULT, CommandObserver.NONE);
        gateway = KafkaCommandGateway.start(app, settings);
    }

    @AfterEach
    void stop() {
        gateway.close();
        engine.close();
    }

    @Test
    void a_command_is_answered_with_the_place_of_its_event() throws Exception {
        var accepted = (Accepted) send("CreateOrder", order("o-1", 2), "k-1", null);

        assertThat(accepted.version()).isEqualTo(1);
        assertThat(accepted.events()).containsExactly("OrderCreated");
        assertThat(events()).singleElement().satisfies(event -> {
            assertThat(accepted.token()).hasToString("order:" + event.partition() + ":" + event.offset());
            assertThat(value(event)).isEqualTo("{\"orderId\":\"o-1\",\"product\":\"Widget\",\"quantity\":2}");
            assertThat(header(event, Headers.TYPE)).isEqualTo("OrderCreated");
            assertThat(new String(event.key(), StandardCharsets.UTF_8)).isEqualTo("o-1");
        });
    }

    @Test
    void a_duplicate_gets_the_first_answer_and_leaves_no_event_also_after_a_restart() throws Exception {
        var first = send("CreateOrder", order("o-1", 2), "k-1", null);
        var again = send("create_order", order("o-1", 2), "k-1", null);
        engine.close();
        engine = KafkaCommandEngine.start(app, settings, CommandSettings.DEFAULT, CommandObserver.NONE);
        var later = send("CreateOrder", order("o-1", 2), "k-1", null);

        assertThat(again).isEqualTo(first);
        assertThat(later).isEqualTo(first);
        assertThat(events()).hasSize(1);
    }

    @Test
    void a_refusal_says_why() throws Exception {
        send("CreateOrder", order("o-1", 2), "k-1", null);

        var exists = (Refused) send("CreateOrder", order("o-1", 2), "k-2", null);
        var conflict = (Refused) send("CancelOrder", "{\"orderId\":\"o-1\"}", "k-3", 7L);

        assertThat(exists.problem().type()).isEqualTo(Problem.Type.REJECTED);
        assertThat(exists.problem().extensions()).containsEntry("code", "order-exists");
        assertThat(conflict.problem().type()).isEqualTo(Problem.Type.VERSION_CONFLICT);
        assertThat(conflict.problem().extensions()).containsEntry("currentVersion", 1L);
    }

    @Test
    void the_gateway_refuses_what_it_can_see_is_wrong() {
        assertThatThrownBy(() -> send("DropOrder", "{}", "k", null)).hasMessageContaining("[DropOrder]");
        assertThatThrownBy(() -> send("CreateOrder", "{", "k", null)).hasMessageContaining("not valid JSON");
        assertThatThrownBy(() -> send("CreateOrder", order("", 2), "k", null)).hasMessageContaining("empty");
        assertThatThrownBy(() -> send("CreateOrder", " ".repeat(Limits.MAX_COMMAND_BYTES + 1), "k", null))
                .hasMessageContaining("1048577 bytes");
    }

    @Test
    void a_command_of_the_largest_size_is_handled() throws Exception {
        String frame = "{\"orderId\":\"big\",\"quantity\":1,\"product\":\"\"}";
        String product = "x".repeat(Limits.MAX_COMMAND_BYTES - frame.length());
        String body = "{\"orderId\":\"big\",\"quantity\":1,\"product\":\"" + product + "\"}";

        assertThat(send("CreateOrder", body, "k", null)).isInstanceOf(Accepted.class);
    }

    @Test
    void any_client_can_send_a_command_without_key_or_headers() throws Exception {
        for (int i = 0; i < 6; i++) {
            plain(
                    i % 3,
                    null,
                    "{\"command\":\"create_order\",\"order_id\":" + i + ",\"product\":\"W\",\"quantity\":2}");
        }

        assertThat(read(TopicNames.events(app.name(), "order"), 6))
                .extracting(KafkaCommandEngineTest::value)
                .contains("{\"orderId\":\"5\",\"product\":\"W\",\"quantity\":2}");
    }

    @Test
    void what_cannot_be_used_is_dead_lettered_with_its_cause_and_the_rest_goes_on() throws Exception {
        plain(0, null, "this is not JSON");
        plain(0, null, "{\"command\":\"create_order\",\"order_id\":1,\"quantity\":2}");
        plain(0, "other", "{\"command\":\"create_order\",\"order_id\":1,\"product\":\"W\",\"quantity\":2}");
        plain(0, null, "{\"command\":\"fly\"}");
        plain(0, null, "{\"command\":\"create_order\",\"order_id\":2,\"product\":\"W\",\"quantity\":2}");

        var letters = read(TopicNames.deadLetters(app.name()), 4);
        assertThat(letters)
                .extracting(letter -> header(letter, Headers.ERROR_TYPE))
                .containsExactlyInAnyOrder("malformed", "invalid-command", "key-mismatch", "unknown-command");
        assertThat(letters)
                .anySatisfy(letter -> assertThat(header(letter, Headers.ERROR_DETAIL))
                        .contains("[product] of [CreateOrder] is missing"));
        assertThat(read(TopicNames.events(app.name(), "order"), 1)).hasSize(1);
    }

    @Test
    void a_reply_to_a_topic_that_does_not_exist_or_is_not_for_replies_holds_up_nobody() throws Exception {
        String body = "{\"type\":\"CreateOrder\",\"orderId\":\"o-%s\",\"product\":\"W\",\"quantity\":2}";
        plain(0, null, body.formatted(1), Headers.REPLY_TOPIC, "nowhere");
        plain(0, null, body.formatted(2), Headers.REPLY_TOPIC, TopicNames.events(app.name(), "order"));
        plain(0, null, body.formatted(3), Headers.REPLY_TOPIC, "bad name!");

        var accepted = send("CreateOrder", order("o-4", 2), "k", null);

        assertThat(accepted).isInstanceOf(Accepted.class);
        assertThat(read(TopicNames.events(app.name(), "order"), 4)).hasSize(4);
    }

    @Test
    void a_reply_to_a_partition_of_the_gateways_that_does_not_exist_holds_up_nobody() throws Exception {
        String body = "{\"type\":\"CreateOrder\",\"orderId\":\"o-%s\",\"product\":\"W\",\"quantity\":2}";
        long begun = System.nanoTime();
        for (int i = 0; i < 10; i++) {
            plain(
                    0,
                    null,
                    body.formatted(i),
                    Headers.REPLY_TOPIC,
                    TopicNames.replies(app.name()),
                    Headers.REPLY_PARTITION,
                    "99");
        }

        assertThat(read(TopicNames.events(app.name(), "order"), 10)).hasSize(10);
        // A producer would look for the partition for 2 s, each time.
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void what_is_done_with_a_reply_holds_up_no_command() throws Exception {
        var goOn = new CountDownLatch(1);
        var first = gateway.send(
                new CommandRequest("CreateOrder", order("o-1", 2).getBytes(StandardCharsets.UTF_8), "k-1", null, null));
        Thread.startVirtualThread(() -> first.reply().thenRun(() -> waitFor(goOn)));

        for (int i = 2; i < 6; i++) {
            assertThat(send("CreateOrder", order("o-" + i, 2), "k-" + i, null)).isInstanceOf(Accepted.class);
        }
        goOn.countDown();
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void a_broker_that_goes_away_and_comes_back_loses_nothing(@TempDir Path ownDir) throws Exception {
        EmbeddedKafka own = EmbeddedKafka.start(ownDir, 0);
        var there =
                new KafkaSettings(Map.of("bootstrap.servers", own.bootstrapServers()), "node-1", true, 3, (short) -1);
        Topics.ensure(app, there);
        try (var ownEngine = KafkaCommandEngine.start(app, there, CommandSettings.DEFAULT, CommandObserver.NONE);
                var ownGateway = KafkaCommandGateway.start(app, there)) {
            var first = reply(ownGateway, order("o-1", 2), "k-1");
            own.close();
            await().atMost(PATIENCE).until(() -> !ownGateway.ready());
            assertThatThrownBy(() -> reply(ownGateway, order("o-2", 2), "k-2")).hasMessageContaining("does not answer");
            own = EmbeddedKafka.start(ownDir, own.port());
            await().atMost(PATIENCE).until(ownGateway::ready);

            assertThat(reply(ownGateway, order("o-1", 2), "k-1")).isEqualTo(first);
            assertThat(reply(ownGateway, order("o-2", 2), "k-2")).isInstanceOf(Accepted.class);
            assertThat(ownEngine.status()).hasSize(1);
        } finally {
            own.close();
        }
    }

    /** The producer tries once: a broker that does not lead a partition yet refuses it. */
    @Test
    void new_topics_can_be_written_to_at_once() throws Exception {
        Map<String, Object> once =
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "retries", 0, "enable.idempotence", false);
        var bytes = new ByteArraySerializer();
        try (var producer = new KafkaProducer<>(once, bytes, bytes)) {
            Topics.ensure(Shop.app("fresh"), settings.withPartitions(50));
            var sent = new ArrayList<Future<RecordMetadata>>();
            for (int partition = 0; partition < 50; partition++) {
                sent.add(producer.send(new ProducerRecord<>("fresh.order.events", partition, null, new byte[1])));
            }
            for (Future<RecordMetadata> one : sent) {
                assertThat(one.get().offset()).isZero();
            }
        }
    }

    @Test
    void topics_the_guarantees_cannot_rest_on_are_refused() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            App uneven = Shop.app("uneven");
            admin.createTopics(List.of(new NewTopic("uneven.order.events", 5, (short) 1)))
                    .all()
                    .get();
            assertThatThrownBy(() -> Topics.ensure(uneven, settings))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("[uneven.order.events] has [5]");

            App forgetful = Shop.app("forgetful");
            admin.createTopics(List.of(new NewTopic("forgetful.order.events", 3, (short) 1)
                            .configs(Map.of("retention.ms", "1000"))))
                    .all()
                    .get();
            assertThatThrownBy(() -> Topics.ensure(forgetful, settings))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("[retention.ms=1000]");
        }
    }

    @Test
    void a_gateway_that_cannot_start_leaves_no_thread_behind() {
        assertThatThrownBy(() -> KafkaCommandGateway.start(Shop.app("nowhere"), settings))
                .hasMessageContaining("[nowhere.replies]");

        // Other tests' gateways run beside this one: theirs are named after other topics.
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.contains("nowhere"));
    }

    private static String order(String id, int quantity) {
        return "{\"orderId\":\"" + id + "\",\"product\":\"Widget\",\"quantity\":" + quantity + "}";
    }

    private Object send(String type, String body, String key, Long expectedVersion) throws Exception {
        return gateway.send(new CommandRequest(type, body.getBytes(StandardCharsets.UTF_8), key, expectedVersion, null))
                .reply()
                .thenApply(Reply::outcome)
                .get(30, TimeUnit.SECONDS);
    }

    /** The answer, asked for again with the same key as long as none comes: as a caller would. */
    private static Object reply(KafkaCommandGateway to, String body, String key) throws Exception {
        var request = new CommandRequest("CreateOrder", body.getBytes(StandardCharsets.UTF_8), key, null, null);
        return to.send(request).reply().thenApply(Reply::outcome).get(60, TimeUnit.SECONDS);
    }

    private void plain(int partition, String key, String value, String... headers) throws Exception {
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            var record = new ProducerRecord<>(
                    TopicNames.commands(app.name(), "order"),
                    partition,
                    key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                    value.getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < headers.length; i += 2) {
                record.headers().add(headers[i], headers[i + 1].getBytes(StandardCharsets.UTF_8));
            }
            producer.send(record).get();
        }
    }

    private List<ConsumerRecord<byte[], byte[]>> events() {
        return read(TopicNames.events(app.name(), "order"), 1);
    }

    /** Committed records of a topic, once there are at least that many. */
    private List<ConsumerRecord<byte[], byte[]>> read(String topic, int atLeast) {
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of(
                        "bootstrap.servers", kafka.bootstrapServers(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            var partitions = consumer.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(topic, p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            var all = new ArrayList<ConsumerRecord<byte[], byte[]>>();
            await().atMost(PATIENCE).pollInSameThread().pollDelay(Duration.ZERO).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(all::add);
                Predicate<TopicPartition> read = p -> consumer.currentLag(p).orElse(1) == 0;
                return all.size() >= atLeast && partitions.stream().allMatch(read);
            });
            return all;
        }
    }

    private static String value(ConsumerRecord<byte[], byte[]> record) {
        return new String(record.value(), StandardCharsets.UTF_8);
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(
                Objects.requireNonNull(record.headers().lastHeader(name)).value(), StandardCharsets.UTF_8);
    }
}
