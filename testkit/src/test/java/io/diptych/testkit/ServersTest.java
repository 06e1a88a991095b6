package io.diptych.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.command.Aggregate;
import java.net.Socket;
import org.junit.jupiter.api.Test;

@EmbeddedServers
class ServersTest {

    @Test
    void a_test_gets_a_real_kafka_and_a_real_postgresql(Servers servers) throws Exception {
        for (int port : new int[] {servers.kafka().port(), servers.postgres().port()}) {
            try (var socket = new Socket("127.0.0.1", port)) {
                assertThat(socket.isConnected()).isTrue();
            }
        }
    }

    @Test
    void all_tests_share_them(Servers servers, Servers again) {
        assertThat(again).isSameAs(servers);
        assertThat(servers.kafka()).isSameAs(servers.kafka());
    }

    @Test
    void fresh_names_differ_and_fit_an_app(Servers servers) {
        String name = servers.freshName("orders");

        Aggregate.requireName("app", name);
        assertThat(servers.freshName("orders")).isNotEqualTo(name);
    }
}
