package io.diptych.example.orders.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.diptych.App;
import io.diptych.command.Aggregate;
import io.diptych.example.orders.OrdersApp;
import io.diptych.kafka.KafkaSettings;
import io.diptych.postgres.PostgresSettings;
import io.diptych.projection.ReadModel;
import io.diptych.server.Node;
import io.diptych.server.NodeSettings;
import io.diptych.server.Role;
import io.diptych.testkit.EmbeddedServers;
import io.diptych.testkit.Servers;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** How fresh answers are, on two gateways that share nothing with the projection but Kafka and PostgreSQL. */
@EmbeddedServers
class FreshnessTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static App app;
    private static KafkaSettings kafka;
    private static PostgresSettings postgres;
    private static Node commands;
    private static Node projections;
    private static Node one;
    private static Node other;

    @BeforeAll
    static void start(Servers servers) throws Exception {
        app = App.named(servers.freshName("orders"));
        App orders = OrdersApp.orders();
        for (Aggregate<?, ?, ?> aggregate : orders.aggregates()) {
            app = app.with(aggregate);
        }
        for (ReadModel<?, ?> readModel : orders.readModels()) {
            app = app.with(readModel);
        }
        kafka = KafkaSettings.of(servers.kafka().bootstrapServers()).withPartitions(4);
        postgres = PostgresSettings.of(
                servers.postgres().jdbcUrl(), servers.postgres().user(), null);
        commands = node(Role.COMMAND);
        projections = node(Role.PROJECTION);
        one = node(Role.GATEWAY);
        other = node(Role.GATEWAY);
        for (Node node : Set.of(commands, projections, one, other)) {
            assertThat(node.awaitReady(PATIENCE)).isTrue();
        }
    }

    private static Node node(Role role) {
        var settings = new KafkaSettings(
                kafka.client(), "node-" + role + "-" + System.nanoTime(), false, kafka.partitions(), (short) -1);
        return Node.start(app, NodeSettings.of(Set.of(role), settings, postgres, 0));
    }

    @AfterAll
    static void stop() {
        one.close();
        other.close();
        projections.close();
        commands.close();
    }

    private final Api first = new Api(one.url());
    private final Api second = new Api(other.url());

    private Api.Answer create(String id, String product) throws Exception {
        Api.Answer answer = first.send(
                "CreateOrder", "{\"orderId\":\"" + id + "\",\"product\":\"" + product + "\",\"quantity\":1}");
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return answer;
    }

    /** Both gateways say so of all read models. */
    private void awaitState(String state, String reason) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            for (Api gateway : Set.of(first, second)) {
                JsonNode readModels = gateway.get("/api/projections").json().path("projections");
                assertThat(readModels).hasSize(3).allSatisfy(readModel -> {
                    assertThat(readModel.path("state").asString()).isEqualTo(state);
                    assertThat(readModel.path("reason").asString("")).startsWith(reason);
                    assertThat(readModel.path("partitions")).hasSize(4);
                });
            }
        });
    }

    @Test
    void a_read_model_that_has_seen_everything_is_0_events_behind() throws Exception {
        String token = "";
        for (int i = 0; i < 20; i++) {
            token = create("idle-" + i, "Idle").header("Consistency-Token");
        }
        second.get("/api/read-models/order_summary/idle-19", "Consistency-Token", token);

        awaitState("RUNNING", "");
        JsonNode partition = second.get("/api/projections")
                .json()
                .path("projections")
                .get(0)
                .path("partitions")
                .get(3);
        assertThat(partition.path("node").asString()).startsWith("node-projection");
        for (Api gateway : Set.of(first, second)) {
            await().atMost(PATIENCE).untilAsserted(() -> {
                Api.Answer answer = gateway.get("/api/read-models/order_summary/idle-0");
                assertThat(answer.header("Read-Model-Lag-Events")).isEqualTo("0");
                assertThat(Double.parseDouble(answer.header("Read-Model-Lag-Seconds")))
                        .isLessThan(1);
            });
        }
    }

    @Test
    void with_a_max_staleness_of_0_another_gateway_shows_every_write_that_was_answered_before() throws Exception {
        for (int i = 0; i < 20; i++) {
            create("now-" + i, "Now");

            Api.Answer answer = second.get("/api/read-models/order_summary/now-" + i + "?max-staleness=0");

            assertThat(answer.status())
                    .as("%d: %s", i, answer.response().body())
                    .isEqualTo(200);
        }
    }

    @Test
    void a_query_that_carries_the_token_of_the_last_answer_never_sees_less_on_any_gateway() throws Exception {
        String token = create("m-0", "Gadget").header("Consistency-Token");
        String path = "/api/read-models/product_demand/Gadget";
        long seen = 0;
        for (int i = 1; i <= 20; i++) {
            create("m-" + i, "Gadget");
            Api.Answer answer = (i % 2 == 0 ? first : second).get(path, "Consistency-Token", token);
            assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
            assertThat(answer.json().path("orders").asLong()).isGreaterThanOrEqualTo(seen);
            seen = answer.json().path("orders").asLong();
            token = answer.header("Consistency-Token");
        }
        String joined = token + "," + create("m-21", "Gadget").header("Consistency-Token");
        assertThat(second.get(path, "Consistency-Token", joined)
                        .json()
                        .path("orders")
                        .asLong())
                .isEqualTo(22);
    }

    @Test
    void while_the_projection_is_away_answers_tell_their_age_and_max_staleness_refuses_them() throws Exception {
        create("away-0", "Away");
        assertThat(first.get("/api/read-models/order_summary/away-0?max-staleness=0")
                        .status())
                .isEqualTo(200);
        projections.close();
        create("away-1", "Away");
        String recent = "/api/read-models/order_summary?max-staleness=0.5";

        await().atMost(PATIENCE).untilAsserted(() -> {
            Api.Answer refused = second.get(recent, "Prefer", "wait=0");
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isEqualTo("1");
            assertThat(refused.json().path("type").asString()).isEqualTo("/problems/not-caught-up");
            assertThat(refused.json().path("lagEvents").asLong()).isPositive();
            assertThat(refused.json().path("lagSeconds").asDouble()).isGreaterThan(0.5);
            assertThat(refused.json().path("detail").asString()).contains("[order_summary]", "[0.500]");
        });
        await().atMost(PATIENCE).untilAsserted(() -> {
            Api.Answer old = second.get("/api/read-models/order_summary/away-1");
            assertThat(old.status()).isEqualTo(404);
            assertThat(Double.parseDouble(old.header("Read-Model-Lag-Seconds"))).isGreaterThan(2);
        });

        awaitState("WAITING", "no node has this partition");

        projections = node(Role.PROJECTION);

        awaitState("RUNNING", "");
        await().atMost(PATIENCE)
                .until(() -> second.get(recent, "Prefer", "wait=10").status() == 200);
        assertThat(second.get("/api/read-models/order_summary/away-1").status()).isEqualTo(200);
    }
}
