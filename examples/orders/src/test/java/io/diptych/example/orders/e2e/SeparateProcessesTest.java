package io.diptych.example.orders.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.embedded.EmbeddedKafka;
import io.diptych.embedded.EmbeddedPostgresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Order(4)
class SeparateProcessesTest {

    @TempDir
    private Path dir;

    @Test
    void gateway_command_and_projection_do_the_same_as_three_processes() throws Exception {
        RetailFile file = RetailFile.read().first(500, dir.resolve("lines.csv"));
        int port = FreePorts.next();
        var api = new Api(OrdersProcess.url(port));
        try (EmbeddedKafka kafka = EmbeddedKafka.start(dir.resolve("kafka"), 0);
                EmbeddedPostgresServer postgres = EmbeddedPostgresServer.start(dir.resolve("postgres"), 0);
                OrdersProcess gateway = run("gateway", kafka, postgres, port);
                OrdersProcess command = run("command", kafka, null, FreePorts.next());
                OrdersProcess projection = run("projection", kafka, postgres, FreePorts.next())) {
            gateway.awaitReady();
            command.awaitReady();
            projection.awaitReady();

            var created = api.send("CreateOrder", "{\"orderId\":\"o-1\",\"product\":\"Widget\",\"quantity\":2}");
            assertThat(created.status()).as(created.response().body()).isEqualTo(200);
            var row = api.get(
                    "/api/read-models/order_summary/o-1", "Consistency-Token", created.header("Consistency-Token"));
            assertThat(row.json().path("status").asString()).isEqualTo("CREATED");
            api.send("CancelOrder", "{\"orderId\":\"o-1\",\"reason\":\"a test\"}");

            try (OrdersProcess load = OrdersProcess.start(
                    "load", file.path().toString(), "--url", api.url().toString())) {
                assertThat(load.await(Duration.ofMinutes(2))).as(load.text()).isZero();
                file.checkReport(load.text());
            }
            file.orders().add("o-1");
            file.check(api);
        }
    }

    private static OrdersProcess run(String role, EmbeddedKafka kafka, EmbeddedPostgresServer postgres, int port)
            throws Exception {
        var args = new java.util.ArrayList<>(
                List.of("run", "--roles", role, "--kafka", kafka.bootstrapServers(), "--port", Integer.toString(port)));
        if (postgres != null) {
            args.addAll(List.of("--postgres", postgres.jdbcUrl()));
        }
        return OrdersProcess.start(
                postgres == null ? Map.of() : Map.of("DIPTYCH_POSTGRES_USER", postgres.user()), args);
    }
}
