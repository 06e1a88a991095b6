package io.diptych.cli.internal;

import io.diptych.App;
import io.diptych.embedded.EmbeddedKafka;
import io.diptych.embedded.EmbeddedPostgresServer;
import io.diptych.kafka.CommandSettings;
import io.diptych.kafka.KafkaSettings;
import io.diptych.postgres.PostgresSettings;
import io.diptych.server.Node;
import io.diptych.server.NodeSettings;
import io.diptych.server.Role;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A whole system in one process: Kafka, PostgreSQL (a process of its own) and a node with all roles. */
final class Demo implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Demo.class);

    /** The node is always the same one, so after a crash it takes its own work over at once. */
    private static final String NODE_ID = "demo";

    /** Fewer than elsewhere: everything is on one machine, and each partition is work for the broker. */
    private static final int PARTITIONS = 4;

    private static final Executor EACH_ON_ITS_OWN_THREAD =
            task -> Thread.ofPlatform().name("demo").start(task);

    private final EmbeddedKafka kafka;
    private final EmbeddedPostgresServer postgres;
    private final Node node;

    private Demo(EmbeddedKafka kafka, EmbeddedPostgresServer postgres, Node node) {
        this.kafka = kafka;
        this.postgres = postgres;
        this.node = node;
    }

    /** Starts the servers side by side, then the node; leaves nothing behind when one of them cannot be started. */
    static Demo start(App app, DemoFolder folder, int httpPort, int kafkaPort, int postgresPort, Timeline timeline) {
        var kafka = starting(() -> {
            var server = EmbeddedKafka.start(folder.kafka(), kafkaPort);
            timeline.tell("Kafka is up at " + server.bootstrapServers());
            return server;
        });
        var postgres = starting(() -> {
            var server = EmbeddedPostgresServer.start(folder.postgres(), postgresPort);
            timeline.tell("PostgreSQL is up at 127.0.0.1:" + server.port());
            return server;
        });
        try {
            CompletableFuture.allOf(kafka, postgres).join();
            Node node = Node.start(app, settings(kafka.join(), postgres.join(), folder.state(), httpPort));
            timeline.tell("HTTP is up at " + node.url());
            return new Demo(kafka.join(), postgres.join(), node);
        } catch (RuntimeException e) {
            kafka.thenAccept(Demo::close).exceptionally(failure -> null).join();
            postgres.thenAccept(Demo::close).exceptionally(failure -> null).join();
            throw e instanceof CompletionException && e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private static NodeSettings settings(
            EmbeddedKafka kafka, EmbeddedPostgresServer postgres, Path state, int httpPort) {
        return NodeSettings.of(
                        EnumSet.allOf(Role.class),
                        KafkaSettings.of(kafka.bootstrapServers())
                                .withStableNodeId(NODE_ID)
                                .withPartitions(PARTITIONS),
                        PostgresSettings.of(postgres.jdbcUrl(), postgres.user(), null),
                        httpPort)
                .with(CommandSettings.DEFAULT.withStateDir(state));
    }

    Node node() {
        return node;
    }

    String bootstrapServers() {
        return kafka.bootstrapServers();
    }

    /** A URL that needs nothing besides, such as a user. */
    String jdbcUrl() {
        return postgres.jdbcUrl() + "?user=" + postgres.user();
    }

    /** First the node, so that it misses nothing that it needs; then the servers side by side. */
    @Override
    public void close() {
        node.close();
        var servers = starting(() -> {
            close(postgres);
            return postgres;
        });
        close(kafka);
        servers.join();
    }

    private static <T> CompletableFuture<T> starting(Supplier<T> start) {
        return CompletableFuture.supplyAsync(start, EACH_ON_ITS_OWN_THREAD);
    }

    private static void close(AutoCloseable server) {
        try {
            server.close();
        } catch (Exception e) {
            LOG.warn("{} did not stop cleanly", server.getClass().getSimpleName(), e);
        }
    }
}
