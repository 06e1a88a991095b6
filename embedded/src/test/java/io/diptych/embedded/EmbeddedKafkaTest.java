package io.diptych.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
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
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
                admin.createTopics(List.of(new NewTopic("talk", 1, (short) 1)))
                        .all()
                        .get();
                assertThat(admin.describeFeatures().featureMetadata().get().finalizedFeatures())
                        .hasEntrySatisfying(
                                "transaction.version",
                                v -> assertThat(v.maxVersionLevel()).isEqualTo((short) 2));
            }
            try (var producer = new KafkaProducer<>(
                    Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                    new StringSerializer(),
                    new StringSerializer())) {
                producer.send(new ProducerRecord<>("talk", "hello")).get();
            }
        }
        try (EmbeddedKafka kafka = EmbeddedKafka.start(dir, port)) {
            assertThat(kafka.port()).isEqualTo(port);
            assertThat(firstOf(kafka)).isEqualTo("hello");
        }
    }

    @Test
    void a_port_in_use_is_named() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> EmbeddedKafka.start(dir, taken.getLocalPort()))
                    .isInstanceOf(EmbeddedException.class)
                    .hasMessageContaining("port [" + taken.getLocalPort() + "] for Kafka is in use");
        }
    }

    @Test
    void a_folder_that_cannot_be_used_is_named() throws Exception {
        Path file = Files.createFile(dir.resolve("file"));

        assertThatThrownBy(() -> EmbeddedKafka.start(file.resolve("data"), 0))
                .isInstanceOf(EmbeddedException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("name another");
    }

    private static String firstOf(EmbeddedKafka kafka) {
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(TALK));
            consumer.seekToBeginning(List.of(TALK));
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (System.nanoTime() < deadline) {
                for (var received : consumer.poll(Duration.ofMillis(200))) {
                    return received.value();
                }
            }
            throw new AssertionError("nothing came within 30 s");
        }
    }
}
