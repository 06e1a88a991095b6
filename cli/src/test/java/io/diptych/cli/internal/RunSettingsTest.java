package io.diptych.cli.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.App;
import io.diptych.server.NodeSettings;
import io.diptych.server.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class RunSettingsTest {

    @TempDir
    private Path dir;

    private static NodeSettings settings(Map<String, String> environment, String... args) {
        var command = new RunCommand(App.named("orders"), environment);
        new CommandLine(command).parseArgs(args);
        return command.settings();
    }

    @Test
    void options_set_what_a_node_needs() {
        var settings = settings(
                Map.of(),
                "--roles",
                "gateway,command",
                "--kafka",
                "a:1,b:2",
                "--postgres",
                "jdbc:postgresql://db/orders",
                "--postgres-user",
                "me",
                "--host",
                "0.0.0.0",
                "--port",
                "0",
                "--partitions",
                "16",
                "--node-id",
                "node-1",
                "--max-in-flight",
                "7",
                "--allow-origin",
                "https://shop.example");

        assertThat(settings.roles()).containsExactlyInAnyOrder(Role.GATEWAY, Role.COMMAND);
        assertThat(settings.kafka().bootstrapServers()).isEqualTo("a:1,b:2");
        assertThat(settings.kafka().partitions()).isEqualTo(16);
        assertThat(settings.kafka().nodeId()).isEqualTo("node-1");
        assertThat(settings.kafka().stableNodeId()).isTrue();
        assertThat(settings.postgres().jdbcUrl()).isEqualTo("jdbc:postgresql://db/orders");
        assertThat(settings.postgres().user()).isEqualTo("me");
        assertThat(settings.postgres().password()).isNull();
        assertThat(settings.host()).isEqualTo("0.0.0.0");
        assertThat(settings.port()).isZero();
        assertThat(settings.maxInFlight()).isEqualTo(7);
        assertThat(settings.allowedOrigins()).containsExactly("https://shop.example");
    }

    @Test
    void without_a_node_id_there_is_another_at_each_start() {
        var one = settings(Map.of(), "--kafka", "a:1", "--roles", "gateway").kafka();
        var other = settings(Map.of(), "--kafka", "a:1", "--roles", "gateway").kafka();

        assertThat(one.stableNodeId()).isFalse();
        assertThat(one.nodeId()).isNotEqualTo(other.nodeId());
    }

    @Test
    void the_user_and_the_password_of_the_database_come_from_the_environment_or_a_file() throws Exception {
        var environment = Map.of("DIPTYCH_POSTGRES_USER", "env", "DIPTYCH_POSTGRES_PASSWORD", "secret");
        Path file = Files.writeString(dir.resolve("password"), "from-file\nsecond line\n");
        String[] args = {"--kafka", "a:1", "--postgres", "jdbc:postgresql://db/orders"};

        var fromEnvironment = settings(environment, args).postgres();
        var fromFile = settings(
                        environment,
                        "--kafka",
                        "a:1",
                        "--postgres",
                        "jdbc:postgresql://db/orders",
                        "--postgres-password-file",
                        file.toString())
                .postgres();

        assertThat(fromEnvironment.user()).isEqualTo("env");
        assertThat(fromEnvironment.password()).isEqualTo("secret");
        assertThat(fromFile.password()).isEqualTo("from-file");
    }

    @Test
    void options_go_before_variables_and_variables_before_the_file() throws Exception {
        Path file = Files.writeString(dir.resolve("client.properties"), """
                bootstrap.servers = file:1
                security.protocol = PLAINTEXT
                sasl.mechanism = PLAIN
                """);
        var environment = Map.of(
                "DIPTYCH_KAFKA_SECURITY_PROTOCOL", "SASL_SSL", "DIPTYCH_KAFKA_BOOTSTRAP_SERVERS", "env:1", "PATH", "/");

        assertThat(new KafkaProperties("option:1", file, environment).all())
                .isEqualTo(Map.of(
                        "bootstrap.servers", "option:1",
                        "security.protocol", "SASL_SSL",
                        "sasl.mechanism", "PLAIN"));
        assertThat(new KafkaProperties(null, file, environment).all()).containsEntry("bootstrap.servers", "env:1");
        assertThat(new KafkaProperties(null, file, Map.of()).all()).containsEntry("bootstrap.servers", "file:1");
    }
}
