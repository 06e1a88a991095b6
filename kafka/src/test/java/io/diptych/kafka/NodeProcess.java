package io.diptych.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.command.CommandObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A node of the shop in a JVM of its own, that can be frozen and killed. */
final class NodeProcess implements AutoCloseable {

    private static final String READY = "ready";

    private final Process process;

    private NodeProcess(Process process) {
        this.process = process;
    }

    /** Starts it; returns once it handles that many partitions. */
    static NodeProcess start(ShopCluster shop, String node, Path disk, int share) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                NodeProcess.class.getName()));
        command.addAll(List.of(
                shop.settings(node).bootstrapServers(),
                shop.app().name(),
                Integer.toString(shop.partitions()),
                node,
                disk.toString(),
                Integer.toString(share)));
        var started = new NodeProcess(
                new ProcessBuilder(command).redirectErrorStream(true).start());
        var said = new ArrayList<String>();
        assertThat(started.process.inputReader().lines().peek(said::add).anyMatch(READY::equals))
                .as("the node says that it is ready: %s", said)
                .isTrue();
        return started;
    }

    /** As a machine that stands still does. */
    void freeze() throws Exception {
        signal("STOP");
    }

    void thaw() throws Exception {
        signal("CONT");
    }

    /** As {@code kill -9} does, also when it is frozen; returns when it is gone. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    private void signal(String name) throws Exception {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        assertThat(status).as("kill -%s", name).isZero();
    }

    @Override
    public void close() {
        kill();
    }

    /** The node: bootstrap servers, app, number of partitions, node id, folder, partitions to be ready for. */
    public static void main(String[] args) throws Exception {
        int partitions = Integer.parseInt(args[2]);
        var engine = KafkaCommandEngine.start(
                Shop.app(args[1]),
                ShopCluster.settings(args[0], partitions, args[3]),
                CommandSettings.DEFAULT.withStateDir(Path.of(args[4])),
                CommandObserver.NONE);
        try (engine) {
            ShopCluster.awaitReady(engine, Integer.parseInt(args[5]));
            System.out.println(READY);
            // Ends with the process that started it.
            assertThat(System.in.read()).isNegative();
        }
    }
}
