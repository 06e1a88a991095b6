package io.diptych.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diptych.App;
import io.diptych.ConfigurationException;
import io.diptych.command.Aggregate;
import io.diptych.command.Decider;
import io.diptych.command.Decision;
import io.diptych.kafka.KafkaSettings;
import io.diptych.message.Metadata;
import io.diptych.postgres.PostgresSettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A node where nothing that it needs is there; with Kafka and PostgreSQL it is tested in the example. */
class NodeTest {

    private static final KafkaSettings NO_KAFKA = KafkaSettings.of("127.0.0.1:1");
    private static final PostgresSettings NO_POSTGRES =
            PostgresSettings.of("jdbc:postgresql://127.0.0.1:1/orders", "nobody", null);

    record Add(String id) {}

    record Added(String id) {}

    private static final App APP = App.named("counters")
            .with(new Aggregate<>(
                    "counter", Add.class, Long.class, Added.class, Add::id, new Decider<Add, Long, Added>() {
                        @Override
                        public Long initialState() {
                            return 0L;
                        }

                        @Override
                        public Decision<Added> decide(Add command, Long state, Metadata metadata) {
                            return Decision.accept(new Added(command.id()));
                        }

                        @Override
                        public Long evolve(Long state, Added event) {
                            return state + 1;
                        }
                    }));

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void a_node_is_up_at_once_and_says_what_it_waits_for() throws Exception {
        var settings = NodeSettings.of(EnumSet.allOf(Role.class), NO_KAFKA, NO_POSTGRES, 0);

        try (Node node = Node.start(APP, settings)) {
            assertThat(get(node.url().resolve("/health/live")).statusCode()).isEqualTo(200);
            HttpResponse<String> ready = get(node.url().resolve("/health/ready"));
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).contains("\"kafka\"", "\"postgres\"", "\"projections\"");
            assertThat(node.ready()).isFalse();
            assertThat(node.awaitReady(Duration.ofMillis(50))).isFalse();

            HttpResponse<String> command = client.send(
                    HttpRequest.newBuilder(node.url().resolve("/api/commands/Add"))
                            .POST(BodyPublishers.ofString("{\"id\":\"a\"}"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(command.statusCode()).isEqualTo(503);
            assertThat(command.body()).contains("Kafka");
        }
    }

    @Test
    void a_gateway_without_postgres_says_that_it_serves_commands_only() throws Exception {
        try (Node node = Node.start(APP, NodeSettings.of(Set.of(Role.GATEWAY), NO_KAFKA, null, 0))) {
            HttpResponse<String> response = get(node.url().resolve("/api/read-models/totals"));

            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.body()).contains("commands only").contains("--postgres");
        }
    }

    @Test
    void a_node_without_the_gateway_role_sends_callers_elsewhere() throws Exception {
        try (Node node = Node.start(APP, NodeSettings.of(Set.of(Role.COMMAND), NO_KAFKA, null, 0))) {
            assertThat(get(node.url().resolve("/api/read-models/totals")).body())
                    .contains("[gateway]");
            assertThat(get(node.url().resolve("/metrics")).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void a_node_that_cannot_reach_anything_still_ends_in_time() {
        Node node = Node.start(APP, NodeSettings.of(EnumSet.allOf(Role.class), NO_KAFKA, NO_POSTGRES, 0));
        Instant start = Instant.now();

        node.close();

        assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(4));
    }

    @Test
    void the_projection_role_needs_postgres() {
        assertThatThrownBy(() -> NodeSettings.of(Set.of(Role.PROJECTION), NO_KAFKA, null, 0))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("--postgres");
    }

    @Test
    void a_port_in_use_is_a_configuration_error() {
        try (Node node = Node.start(APP, NodeSettings.of(Set.of(Role.GATEWAY), NO_KAFKA, null, 0))) {
            assertThatThrownBy(
                            () -> Node.start(APP, NodeSettings.of(Set.of(Role.GATEWAY), NO_KAFKA, null, node.port())))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("[" + node.port() + "]")
                    .hasMessageContaining("--port");
        }
    }

    @Test
    void roles_are_read_from_a_list() {
        assertThat(Role.parse("gateway, Command")).containsExactlyInAnyOrder(Role.GATEWAY, Role.COMMAND);
        assertThatThrownBy(() -> Role.parse("gateway,nurse"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("[nurse]");
    }

    private HttpResponse<String> get(URI uri) throws Exception {
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
}
