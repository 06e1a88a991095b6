package io.diptych.example.orders.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.diptych.example.orders.e2e.RunningDemo.Demo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/** What clients that know nothing of Diptych can do: Debian's python3-kafka and kcat. */
@ExtendWith(RunningDemo.class)
@ResourceLock(RunningDemo.LOCK)
class KafkaClientsTest {

    private static final Duration ARRIVES_WITHIN = Duration.ofSeconds(30);
    private static final String PYTHON = "/usr/bin/python3";
    private static final String KCAT = "/usr/bin/kcat";

    private static final String SEND = """
            import json, sys
            from kafka import KafkaProducer
            producer = KafkaProducer(bootstrap_servers=sys.argv[1], value_serializer=lambda v: json.dumps(v).encode())
            producer.send('orders.order.commands', json.loads(sys.argv[2])).get(timeout=20)
            producer.close()
            """;

    /** Everything that is in a topic when it begins. */
    private static final String READ = """
            import json, sys, time
            from kafka import KafkaConsumer, TopicPartition
            deadline = time.time() + 30
            consumer = KafkaConsumer(bootstrap_servers=sys.argv[1], auto_offset_reset='earliest', enable_auto_commit=False)
            for partition in consumer.partitions_for_topic(sys.argv[2]):
                place = TopicPartition(sys.argv[2], partition)
                consumer.assign([place])
                end = consumer.end_offsets([place])[place]
                while consumer.position(place) < end:
                    if time.time() > deadline:
                        sys.exit(f'[{place}] is read to {consumer.position(place)} of {end} only')
                    for record in consumer.poll(timeout_ms=500).get(place, []):
                        print(json.dumps({'value': record.value.decode(),
                                          'headers': {k: v.decode() for k, v in record.headers}}))
            """;

    private final long number = Math.abs(UUID.randomUUID().getMostSignificantBits() >>> 16);

    @Test
    void python_creates_an_order_without_key_or_headers_and_reads_its_event_as_json(Demo demo) throws Exception {
        requirePython();
        run(
                PYTHON,
                "-c",
                SEND,
                demo.kafka(),
                "{\"command\":\"create_order\",\"order_id\":" + number + ",\"product\":\"Widget\",\"quantity\":2}");

        awaitRow(demo, Long.toString(number));
        assertThat(run(PYTHON, "-c", READ, demo.kafka(), "orders.order.events"))
                .contains("\\\"orderId\\\":\\\"" + number + "\\\"", "\"ce_type\": \"OrderCreated\"");
    }

    @Test
    void a_command_without_its_product_ends_as_a_dead_letter_with_the_cause(Demo demo) throws Exception {
        requirePython();
        run(
                PYTHON,
                "-c",
                SEND,
                demo.kafka(),
                "{\"command\":\"create_order\",\"order_id\":" + number + ",\"quantity\":2}");

        await().atMost(ARRIVES_WITHIN)
                .until(() -> run(PYTHON, "-c", READ, demo.kafka(), "orders.dlq")
                        .lines()
                        .anyMatch(letter -> letter.contains(Long.toString(number))
                                && letter.contains("\"diptych_error_type\": \"invalid-command\"")
                                && letter.contains("[product] of [CreateOrder] is missing")));
    }

    @Test
    void kcat_creates_an_order_with_a_key_that_it_hashes_its_own_way(Demo demo) throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of(KCAT)), "needs " + KCAT);
        for (int i = 0; i < 4; i++) {
            String id = "k-" + number + "-" + i;
            var kcat = new ProcessBuilder(KCAT, "-b", demo.kafka(), "-P", "-t", "orders.order.commands", "-k", id)
                    .redirectErrorStream(true)
                    .start();
            try (var input = kcat.outputWriter()) {
                input.write("{\"type\":\"CreateOrder\",\"orderId\":\"" + id + "\",\"product\":\"W\",\"quantity\":1}\n");
            }
            assertThat(kcat.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(kcat.exitValue()).isZero();
        }

        for (int i = 0; i < 4; i++) {
            awaitRow(demo, "k-" + number + "-" + i);
        }
        assertThat(run(KCAT, "-b", demo.kafka(), "-C", "-t", "orders.order.events", "-o", "beginning", "-e", "-q"))
                .contains("{\"orderId\":\"k-" + number + "-3\",\"product\":\"W\",\"quantity\":1");
    }

    private static void requirePython() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of(PYTHON)), "needs " + PYTHON);
        Process check = new ProcessBuilder(PYTHON, "-c", "import kafka").start();
        Assumptions.assumeTrue(check.waitFor() == 0, "needs python3-kafka");
    }

    private static void awaitRow(Demo demo, String id) {
        await().atMost(ARRIVES_WITHIN)
                .until(() ->
                        demo.api().get("/api/read-models/order_summary/" + id).status() == 200);
    }

    private static String run(String... command) throws Exception {
        Process process =
                new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
