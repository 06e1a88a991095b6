package io.diptych.example.orders.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.diptych.App;
import io.diptych.example.orders.OrdersApp;
import io.diptych.kafka.KafkaSettings;
import io.diptych.postgres.PostgresSettings;
import io.diptych.projection.ReadModel;
import io.diptych.server.Node;
import io.diptych.server.NodeSettings;
import io.diptych.server.Role;
import io.diptych.testkit.EmbeddedServers;
import io.diptych.testkit.Servers;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A read model changes its version, is rebuilt and goes back, while callers write and read what they wrote. */
@EmbeddedServers
class RebuildTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger seen = new AtomicInteger();
    private final AtomicBoolean ended = new AtomicBoolean();

    @Test
    void callers_see_no_error_and_no_stale_row_while_generations_change_places(Servers servers) throws Exception {
        App orders = OrdersApp.orders();
        App first = new App(
                servers.freshName("orders"),
                orders.aggregates(),
                orders.readModels(),
                orders.formerReadModels(),
                orders.queries());
        List<ReadModel<?, ?>> newer = new ArrayList<>();
        for (ReadModel<?, ?> readModel : first.readModels()) {
            newer.add(readModel.withVersion(2));
        }
        App second = new App(first.name(), first.aggregates(), newer, first.readModels(), first.queries());

        try (Node old = node(servers, first, Role.COMMAND, Role.GATEWAY, Role.PROJECTION)) {
            assertThat(old.awaitReady(PATIENCE)).isTrue();
            var api = new Api(old.url());
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                String caller = "c" + i;
                callers.add(Thread.ofPlatform().start(() -> writeAndRead(api, caller)));
            }
            awaitMore(50);
            try (Node fresh = node(servers, second, Role.GATEWAY, Role.PROJECTION)) {
                awaitRoles(api, "1 of 1 KEPT", "2 of 2 SERVING");
                awaitMore(50);

                assertThat(post(fresh, "/api/projections/order_summary/rollback"))
                        .isEqualTo(200);
                awaitMore(50);
                awaitRoles(api, "1 of 1 SERVING", "2 of 2 KEPT");

                assertThat(post(fresh, "/api/projections/order_summary/rebuild"))
                        .isEqualTo(202);
                awaitRoles(api, "3 of 2 SERVING");
                awaitMore(50);

                // While there is a node that has the version that serves.
                ended.set(true);
                for (Thread caller : callers) {
                    caller.join(PATIENCE);
                }
            }
            assertThat(failures).isEmpty();
        } finally {
            ended.set(true);
        }
    }

    private static Node node(Servers servers, App app, Role... roles) throws Exception {
        var kafka = KafkaSettings.of(servers.kafka().bootstrapServers()).withPartitions(4);
        var postgres = PostgresSettings.of(
                servers.postgres().jdbcUrl(), servers.postgres().user(), null);
        var settings =
                new KafkaSettings(kafka.client(), "node-" + System.nanoTime(), false, kafka.partitions(), (short) -1);
        return Node.start(app, NodeSettings.of(Set.of(roles), settings, postgres, 0));
    }

    private void writeAndRead(Api api, String caller) {
        for (int i = 0; !ended.get(); i++) {
            String id = caller + "-" + i;
            try {
                Api.Answer created = api.send(
                        "CreateOrder",
                        "{\"orderId\":\"" + id + "\",\"product\":\"Widget\",\"quantity\":" + (i + 1) + "}");
                Api.Answer row = api.get(
                        "/api/read-models/order_summary/" + id,
                        "Consistency-Token",
                        String.valueOf(created.header("Consistency-Token")),
                        // A node that joins takes partitions over, which is a pause of its own.
                        "Prefer",
                        "wait=10");
                if (created.status() != 200
                        || row.status() != 200
                        || row.json().path("quantity").asInt() != i + 1) {
                    failures.add(id + ": " + created.status() + " "
                            + created.response().body() + ", then " + row.status() + " "
                            + row.response().body() + " while "
                            + api.get("/api/projections").response().body());
                }
                seen.incrementAndGet();
            } catch (Exception e) {
                failures.add(id + ": " + e);
            }
        }
    }

    private void awaitMore(int count) {
        int target = seen.get() + count;
        await().atMost(PATIENCE).until(() -> seen.get() >= target);
    }

    private static void awaitRoles(Api api, String... roles) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            List<String> found = new ArrayList<>();
            for (JsonNode each : api.get("/api/projections").json().path("projections")) {
                if (each.path("readModel").asString().equals("order_summary")) {
                    found.add(each.path("generation").asInt() + " of "
                            + each.path("version").asInt() + " "
                            + each.path("role").asString());
                }
            }
            assertThat(found).containsExactly(roles);
        });
    }

    private static int post(Node node, String path) throws Exception {
        try (var http = java.net.http.HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(node.url().resolve(path)).POST(BodyPublishers.noBody());
            return http.send(request.build(), BodyHandlers.discarding()).statusCode();
        }
    }
}
