package io.diptych.example.orders.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.diptych.embedded.EmbeddedKafka;
import io.diptych.embedded.EmbeddedPostgresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Order(2)
class OutageTest {

    /** Longer than every timeout of the engines' clients, so that each of them runs out. */
    private static final Duration OUTAGE = Duration.ofSeconds(10);

    private static final Duration RECOVERS_WITHIN = Duration.ofMinutes(2);

    @TempDir
    private Path dir;

    @Test
    void neither_an_outage_of_postgresql_nor_one_of_kafka_during_a_load_loses_anything() throws Exception {
        RetailFile file = RetailFile.read().first(6_000, dir.resolve("lines.csv"));
        int port = FreePorts.next();
        var api = new Api(OrdersProcess.url(port));
        EmbeddedKafka kafka = EmbeddedKafka.start(dir.resolve("kafka"), 0);
        EmbeddedPostgresServer postgres = EmbeddedPostgresServer.start(dir.resolve("postgres"), 0);
        try (OrdersProcess node = node(port, kafka, postgres).awaitReady();
                OrdersProcess load = OrdersProcess.start(
                        "load", file.path().toString(), "--url", api.url().toString(), "--retry-for", "120")) {
            await().atMost(RECOVERS_WITHIN).until(() -> count(api) > 500);

            postgres.close();
            Set<Integer> answers = duringOutage(api, "without-postgres");
            assertThat(answers).as("answers to queries").containsOnly(503);
            assertThat(status(api, "PayOrder", "{\"orderId\":\"nobody\"}"))
                    .as("commands go on")
                    .isEqualTo(422);
            postgres = EmbeddedPostgresServer.start(dir.resolve("postgres"), postgres.port());
            await().atMost(RECOVERS_WITHIN).until(() -> api.get("/health/ready").status() == 200);

            kafka.close();
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> status(api, "PayOrder", "{\"orderId\":\"nobody\"}") == 503);
            assertThat(duringOutage(api, "without-kafka"))
                    .as("answers to queries")
                    .containsOnly(200);
            assertThat(status(api, "PayOrder", "{\"orderId\":\"nobody\"}"))
                    .as("commands")
                    .isEqualTo(503);
            kafka = EmbeddedKafka.start(dir.resolve("kafka"), kafka.port());

            assertThat(load.await(Duration.ofMinutes(4))).as(load.text()).isZero();
            file.checkReport(load.text());
            file.check(api);
            var events = Events.perKey(kafka.bootstrapServers(), "orders.order.events");
            assertThat(events.keySet()).isEqualTo(file.orders());
            assertThat(events.values()).containsOnly(1);
            assertThat(node.isAlive()).isTrue();
        } finally {
            kafka.close();
            postgres.close();
        }
    }

    /** The statuses of queries for as long as the outage lasts. */
    private static Set<Integer> duringOutage(Api api, String name) {
        Set<Integer> statuses = new HashSet<>();
        long end = System.nanoTime() + OUTAGE.toNanos();
        await(name)
                .atMost(OUTAGE.plusSeconds(30))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> {
                    statuses.add(
                            api.get("/api/read-models/order_summary?limit=1").status());
                    return System.nanoTime() >= end;
                });
        return statuses;
    }

    private static long count(Api api) throws Exception {
        return api.get("/api/read-models/order_summary?limit=1&count=true")
                .json()
                .path("count")
                .asLong(0);
    }

    private static int status(Api api, String type, String body) throws Exception {
        return api.send(type, body).status();
    }

    private static OrdersProcess node(int port, EmbeddedKafka kafka, EmbeddedPostgresServer postgres) throws Exception {
        return OrdersProcess.start(
                Map.of("DIPTYCH_POSTGRES_USER", postgres.user()),
                List.of(
                        "run",
                        "--roles",
                        "gateway,command,projection",
                        "--kafka",
                        kafka.bootstrapServers(),
                        "--postgres",
                        postgres.jdbcUrl(),
                        "--port",
                        Integer.toString(port)));
    }
}
