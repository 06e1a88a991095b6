package io.diptych.example.orders.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.diptych.App;
import io.diptych.command.Aggregate;
import io.diptych.example.orders.OrdersApp;
import io.diptych.kafka.Json;
import io.diptych.kafka.KafkaSettings;
import io.diptych.postgres.PostgresSettings;
import io.diptych.projection.Batching;
import io.diptych.projection.ReadModel;
import io.diptych.server.Node;
import io.diptych.server.NodeSettings;
import io.diptych.server.Role;
import io.diptych.testkit.EmbeddedServers;
import io.diptych.testkit.Servers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Rows are watched on one node and followed on Kafka, while another keeps them and orders come in. */
@EmbeddedServers
class WatchTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ORDERS = 30;

    @Test
    void no_change_is_missed_and_none_is_invented_while_streams_are_cut_and_rows_are_made_anew(Servers servers)
            throws Exception {
        App app = app(servers.freshName("orders"));
        try (Node node = node(servers, app, Role.COMMAND, Role.GATEWAY, Role.PROJECTION);
                Node other = node(servers, app, Role.GATEWAY)) {
            assertThat(node.awaitReady(PATIENCE)).isTrue();
            assertThat(other.awaitReady(PATIENCE)).isTrue();
            var api = new Api(node.url());
            String stream = "/api/read-models/order_summary/stream";
            try (var all = new Watcher(other.url().resolve(stream));
                    var paid = new Watcher(other.url().resolve(stream + "?status=PAID"))) {
                await().atMost(PATIENCE).until(() -> all.events.size() == 1 && paid.events.size() == 1);
                trade(api, "a");
                String events = app.name() + ".order.events";
                Set<String> logged = changes(Events.all(servers.kafka().bootstrapServers(), events));
                await().atMost(PATIENCE).until(() -> all.events.size() >= 1 + logged.size());

                assertThat(all.events.subList(1, all.events.size()))
                        .as("each event of the log as one change, though the stream was cut " + all.cuts() + " times")
                        .allMatch(event -> event.kind().equals("changed"))
                        .extracting(event -> change(event.data()))
                        .containsExactlyInAnyOrderElementsOf(logged);
                assertThat(all.cuts()).isGreaterThan(3);
                awaitSame(api, servers, app, all, paid);

                assertThat(api.post("/api/projections/order_summary/rebuild", "")
                                .status())
                        .isEqualTo(202);
                trade(api, "b");
                await().atMost(PATIENCE)
                        .until(() -> all.events.stream()
                                .anyMatch(event -> event.kind().equals("reset")));
                awaitSame(api, servers, app, all, paid);
                assertThat(all.rows).hasSize(2 * ORDERS);
            }
        }
    }

    /** Who watches, and who follows the topic, has the rows as queries show them. */
    private static void awaitSame(Api api, Servers servers, App app, Watcher all, Watcher paid) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            Map<String, JsonNode> rows = new HashMap<>();
            api.rows("order_summary").forEach(row -> rows.put(row.get("orderId").asString(), row));
            assertThat(all.rows).as("watched").isEqualTo(rows);
            Map<String, JsonNode> topic = new HashMap<>();
            Events.all(servers.kafka().bootstrapServers(), app.name() + ".order_summary.changes")
                    .forEach(record -> {
                        if (record.value() == null) {
                            topic.remove(record.key());
                        } else {
                            topic.put(record.key(), Json.mapper().readTree(record.value()));
                        }
                    });
            assertThat(topic).as("topic").isEqualTo(rows);
            rows.values().removeIf(row -> !row.get("status").asString().equals("PAID"));
            assertThat(paid.rows).as("watched by a filter").isNotEmpty().isEqualTo(rows);
        });
    }

    /** Each order is created and paid, some are shipped and some cancelled. */
    private static void trade(Api api, String prefix) throws Exception {
        List<Thread> callers = new ArrayList<>();
        for (int caller = 0; caller < 3; caller++) {
            int first = caller * ORDERS / 3;
            callers.add(Thread.ofPlatform().start(() -> {
                for (int i = first; i < first + ORDERS / 3; i++) {
                    trade(api, prefix + "-" + i, i);
                }
            }));
        }
        for (Thread caller : callers) {
            caller.join(PATIENCE);
        }
    }

    private static void trade(Api api, String id, int number) {
        try {
            String order = "{\"orderId\":\"" + id + "\"";
            api.send("CreateOrder", order + ",\"product\":\"Widget\",\"quantity\":" + (number + 1) + "}");
            api.send("PayOrder", order + "}");
            if (number % 3 > 0) {
                api.send(number % 3 == 1 ? "ShipOrder" : "CancelOrder", order + "}");
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String change(JsonNode row) {
        return row.get("orderId").asString() + " " + row.get("version") + " "
                + row.get("status").asString();
    }

    /** What each event of the log makes of its row. */
    private static Set<String> changes(List<Events.Record> log) {
        Map<String, Integer> versions = new HashMap<>();
        Set<String> changes = new TreeSet<>();
        for (Events.Record event : log) {
            String status = event.type().replace("Order", "").toUpperCase(java.util.Locale.ROOT);
            changes.add(event.key() + " " + versions.merge(event.key(), 1, Integer::sum) + " " + status);
        }
        return changes;
    }

    /** The order system in which each event is a transaction of its own, and so a change of its own. */
    private static App app(String name) {
        App orders = OrdersApp.orders();
        App app = App.named(name);
        for (Aggregate<?, ?, ?> aggregate : orders.aggregates()) {
            app = app.with(aggregate);
        }
        for (ReadModel<?, ?> readModel : orders.readModels()) {
            app = app.with(readModel.withBatching(new Batching(Duration.ZERO, 1)));
        }
        return app;
    }

    private static Node node(Servers servers, App app, Role... roles) {
        var kafka = KafkaSettings.of(servers.kafka().bootstrapServers()).withPartitions(4);
        var postgres = PostgresSettings.of(
                servers.postgres().jdbcUrl(), servers.postgres().user(), null);
        var settings =
                new KafkaSettings(kafka.client(), "node-" + System.nanoTime(), false, kafka.partitions(), (short) -1);
        return Node.start(app, NodeSettings.of(Set.of(roles), settings, postgres, 0));
    }
}
