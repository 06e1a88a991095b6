package io.diptych.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.embedded.EmbeddedKafka;
import io.diptych.message.NewRecord;
import io.diptych.message.internal.LogException;
import io.diptych.message.internal.OutgoingRecords;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaPublisherTest {

    private static final String TOPIC = "shop.rows.changes";

    @TempDir
    private Path dir;

    /** Hands over what it is given, and says what became of it. */
    private static final class Handed implements OutgoingRecords {
        final LinkedBlockingQueue<List<String>> toSend = new LinkedBlockingQueue<>();
        final LinkedBlockingQueue<Optional<RuntimeException>> outcomes = new LinkedBlockingQueue<>();
        final CompletableFuture<Void> read = new CompletableFuture<>();
        final CompletableFuture<Void> goOn = new CompletableFuture<>();

        @Override
        public int send(int limit, Sender sender) {
            List<String> values = toSend.poll();
            if (values == null) {
                return 0;
            }
            try {
                sender.begin(false);
                read.complete(null);
                goOn.join();
                sender.send(values.stream().map(Handed::record).toList());
                outcomes.add(Optional.empty());
            } catch (RuntimeException e) {
                outcomes.add(Optional.of(e));
                throw e;
            }
            return values.size();
        }

        private static NewRecord record(String value) {
            return new NewRecord(TOPIC, null, new byte[] {'k'}, List.of(), value.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void what_a_node_read_before_another_began_to_send_does_not_come_to_the_topic_any_more() throws Exception {
        try (var kafka = EmbeddedKafka.start(dir, 0)) {
            try (var admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
                admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1)))
                        .all()
                        .get();
            }
            var frozen = new Handed();
            var other = new Handed();
            other.goOn.complete(null);
            try (var late = start(kafka, "late", frozen);
                    var prompt = start(kafka, "prompt", other)) {
                assertThat(late).isNotSameAs(prompt);
                frozen.toSend.add(List.of("old"));
                frozen.read.get(30, TimeUnit.SECONDS);
                other.toSend.add(List.of("old", "new"));
                assertThat(other.outcomes.poll(30, TimeUnit.SECONDS)).isEmpty();

                frozen.goOn.complete(null);
                assertThat(frozen.outcomes.poll(30, TimeUnit.SECONDS))
                        .hasValueSatisfying(failure -> assertThat(failure).isInstanceOf(LogException.class));
                assertThat(values(kafka)).containsExactly("old", "new");

                frozen.toSend.add(List.of("newer"));
                assertThat(frozen.outcomes.poll(30, TimeUnit.SECONDS)).isEmpty();
                assertThat(values(kafka)).containsExactly("old", "new", "newer");
            }
        }
    }

    private static KafkaPublisher start(EmbeddedKafka kafka, String node, OutgoingRecords records) {
        var settings = KafkaSettings.of(kafka.bootstrapServers());
        return KafkaPublisher.start(
                "shop", new KafkaSettings(settings.client(), node, false, settings.partitions(), (short) -1), records);
    }

    /** As a client sees them that knows nothing of transactions. */
    private static List<String> values(EmbeddedKafka kafka) {
        var partition = new TopicPartition(TOPIC, 0);
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            var values = new ArrayList<String>();
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(500)).forEach(record -> values.add(record.value()));
            }
            return values;
        }
    }
}
