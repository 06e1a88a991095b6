package io.diptych.example.orders.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.diptych.kafka.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Order(1)
class LoadTest {

    private static final Duration LOADS_WITHIN = Duration.ofMinutes(5);

    @TempDir
    private Path dir;

    @Test
    void real_order_lines_come_out_right_although_everything_is_killed_in_the_middle() throws Exception {
        RetailFile file = RetailFile.read().first(15_000, dir.resolve("lines.csv"));
        int port = FreePorts.next();
        int kafkaPort = FreePorts.next();
        var api = new Api(OrdersProcess.url(port));
        try (OrdersProcess demo = OrdersProcess.demo(dir.resolve("data"), port, kafkaPort);
                OrdersProcess load = load(file, port)) {
            await().atMost(LOADS_WITHIN)
                    .until(() -> api.get("/api/read-models/order_summary?limit=1&count=true")
                                    .json()
                                    .get("count")
                                    .asLong()
                            > 1_500);
            demo.kill();
            load.kill();
        }

        try (OrdersProcess demo = OrdersProcess.demo(dir.resolve("data"), port, kafkaPort)) {
            try (OrdersProcess load = load(file, port)) {
                assertThat(load.await(LOADS_WITHIN)).as(load.text()).isZero();
                file.checkReport(load.text());
            }
            file.check(api);
            var events = Events.perKey("127.0.0.1:" + kafkaPort, "orders.order.events");
            assertThat(events.keySet()).isEqualTo(file.orders());
            assertThat(events.values()).containsOnly(1);
            Map<String, JsonNode> rows = new HashMap<>();
            api.rows("order_summary").forEach(row -> rows.put(row.get("orderId").asString(), row));
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                Map<String, JsonNode> topic = new HashMap<>();
                Events.all("127.0.0.1:" + kafkaPort, "orders.order_summary.changes")
                        .forEach(record -> topic.put(record.key(), Json.mapper().readTree(record.value())));
                return topic.equals(rows);
            });
            assertThat(demo.stop()).isLessThan(Duration.ofSeconds(5));
        }
    }

    private static OrdersProcess load(RetailFile file, int port) throws Exception {
        return OrdersProcess.start(
                "load", file.path().toString(), "--url", OrdersProcess.url(port).toString());
    }
}
