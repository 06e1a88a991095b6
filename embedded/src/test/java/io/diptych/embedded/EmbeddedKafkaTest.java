package io.diptych.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaTest {

    private static final TopicPartition TALK = new TopicPartition("talk", 0);

    @TempDir
    private Path dir;

    @Test
    void what_was_sent_is_there_after_a_restart_on_the_same_port() throws Exception {
        int port;
        try (EmbeddedKafka kafka = EmbeddedKafka.start(dir, 0)) {
            port = kafka.port();
            send(kafka.bootstrapServers(), "hello");
        }
        try (EmbeddedKafka kafka = EmbeddedKafka.start(dir, port)) {
            assertThat(kafka.port()).isEqualTo(port);
            send(kafka.bootstrapServers(), "again");
            assertThat(first(2, kafka.bootstrapServers())).containsExactly("hello", "again");
        }
    }

    @Test
    void what_was_sent_is_there_after_the_jvm_was_killed() throws Exception {
        ChildJvm.run(Sender.class, dir.toString()).kill();

        try (EmbeddedKafka kafka = EmbeddedKafka.start(dir, 0)) {
            assertThat(first(1, kafka.bootstrapServers())).containsExactly("survives");
        }
    }

    /** Starts a broker, sends, and waits to be killed. */
    static final class Sender {
        public static void main(String[] args) throws Exception {
            send(EmbeddedKafka.start(Path.of(args[0]), 0).bootstrapServers(), "survives");
            ChildJvm.started();
        }
    }

    @Test
    void every_transaction_that_was_open_when_the_jvm_was_killed_is_ended() throws Exception {
        String port = Integer.toString(Ports.free());
        ChildJvm.run(Opener.class, dir.toString(), port).kill();

        // In a JVM of its own as well: what is to be seen here happens while a cold one starts.
        try (ChildJvm again = ChildJvm.run(Starter.class, dir.toString(), port);
                Admin admin = admin("127.0.0.1:" + port)) {
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(end(admin, IsolationLevel.READ_COMMITTED))
                            .as("what can be read as committed")
                            .isEqualTo(end(admin, IsolationLevel.READ_UNCOMMITTED)));
        }
    }

    /** Starts a broker, and waits to be killed. */
    static final class Starter {
        public static void main(String[] args) throws Exception {
            EmbeddedKafka.start(Path.of(args[0]), Integer.parseInt(args[1]));
            ChildJvm.started();
        }
    }

    /** Starts a broker, begins transactions whose time-outs pass one after the other, and waits to be killed. */
    static final class Opener {
        public static void main(String[] args) throws Exception {
            String bootstrapServers = EmbeddedKafka.start(Path.of(args[0]), Integer.parseInt(args[1]))
                    .bootstrapServers();
            send(bootstrapServers, "before");
            for (int i = 0; i < 20; i++) {
                var producer = new KafkaProducer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers",
                                bootstrapServers,
                                "transactional.id",
                                "opener-" + i,
                                "transaction.timeout.ms",
                                4_000 + 100 * i),
                        new StringSerializer(),
                        new StringSerializer());
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(TALK.topic(), "open")).get();
            }
            ChildJvm.started();
        }
    }

    @Test
    void a_broker_whose_start_was_cut_short_starts_again() throws Exception {
        EmbeddedKafka.start(dir, 0).close();
        Path stoppedInOrder = dir.resolve("data/.kafka_cleanshutdown");
        Files.delete(stoppedInOrder);
        // As far as a start after a crash comes before there is a broker again.
        BrokerSettings.alone(dir.resolve("data"), Ports.free(), Ports.free()).leadNothing();

        EmbeddedKafka.start(dir, 0).close();

        assertThat(stoppedInOrder).exists();
    }

    @Test
    void a_client_that_says_localhost_is_served_and_transactions_are_those_of_version_2() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(dir, 0);
                Admin admin = admin("localhost:" + kafka.port())) {
            assertThat(admin.describeCluster().nodes().get())
                    .singleElement()
                    .satisfies(
                            node -> assertThat(node.host() + ":" + node.port()).isEqualTo(kafka.bootstrapServers()));
            assertThat(admin.describeFeatures().featureMetadata().get().finalizedFeatures())
                    .hasEntrySatisfying(
                            "transaction.version",
                            version -> assertThat(version.maxVersionLevel()).isEqualTo((short) 2));
        }
    }

    @Test
    void two_brokers_in_one_jvm_do_not_meet() throws Exception {
        try (EmbeddedKafka one = EmbeddedKafka.start(dir.resolve("one"), 0);
                EmbeddedKafka other = EmbeddedKafka.start(dir.resolve("other"), 0)) {
            send(one.bootstrapServers(), "for one");
            send(other.bootstrapServers(), "for the other");

            assertThat(first(1, one.bootstrapServers())).containsExactly("for one");
            assertThat(first(1, other.bootstrapServers())).containsExactly("for the other");
        }
    }

    @Test
    void a_folder_in_use_is_refused_to_a_second_broker_and_the_first_goes_on() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(dir, 0)) {
            assertThatThrownBy(() -> EmbeddedKafka.start(dir, 0))
                    .isInstanceOf(EmbeddedException.class)
                    .hasMessageContaining("[" + dir + "] is in use by another Kafka");

            send(kafka.bootstrapServers(), "still here");
            assertThat(first(1, kafka.bootstrapServers())).containsExactly("still here");
        }
    }

    @Test
    void a_port_in_use_is_named_and_the_folder_is_free_again() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> EmbeddedKafka.start(dir, taken.getLocalPort()))
                    .isInstanceOf(EmbeddedException.class)
                    .hasMessageContaining("port [" + taken.getLocalPort() + "] for Kafka is in use");
        }
        EmbeddedKafka.start(dir, 0).close();
    }

    @Test
    void a_folder_that_cannot_be_used_is_named() throws Exception {
        Path file = Files.createFile(dir.resolve("file"));

        assertThatThrownBy(() -> EmbeddedKafka.start(file.resolve("data"), 0))
                .isInstanceOf(EmbeddedException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("name another");
    }

    private static void send(String bootstrapServers, String text) throws Exception {
        try (Admin admin = admin(bootstrapServers)) {
            if (!admin.listTopics().names().get().contains(TALK.topic())) {
                admin.createTopics(List.of(new NewTopic(TALK.topic(), 1, (short) 1)))
                        .all()
                        .get();
            }
        }
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrapServers),
                new StringSerializer(),
                new StringSerializer())) {
            producer.send(new ProducerRecord<>(TALK.topic(), text)).get();
        }
    }

    private static List<String> first(int count, String bootstrapServers) {
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrapServers),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(TALK));
            consumer.seekToBeginning(List.of(TALK));
            List<String> received = new ArrayList<>();
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (received.size() < count && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(200)).forEach(message -> received.add(message.value()));
            }
            return received;
        }
    }

    private static long end(Admin admin, IsolationLevel isolation) throws Exception {
        return admin.listOffsets(Map.of(TALK, OffsetSpec.latest()), new ListOffsetsOptions(isolation))
                .partitionResult(TALK)
                .get()
                .offset();
    }

    private static Admin admin(String bootstrapServers) {
        return Admin.create(Map.of("bootstrap.servers", bootstrapServers));
    }
}
