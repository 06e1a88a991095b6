package io.diptych.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * One Kafka broker (KRaft, broker and controller in one) in this JVM, on loopback, open to any client there. Its data
 * stay in a folder and are used again by the next start, also after a crash.
 */
public final class EmbeddedKafka implements AutoCloseable {

    private static final String HOST = "127.0.0.1";
    private static final int NODE_ID = 1;

    private final KafkaRaftServer server;
    private final int port;

    private EmbeddedKafka(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /**
     * Starts a broker; returns when it can be used, after about 2 seconds.
     *
     * @param dataDir made when it does not exist
     * @param port 0 for a free one
     * @throws EmbeddedException when the port is in use or the folder cannot be used
     */
    public static EmbeddedKafka start(Path dataDir, int port) {
        int actualPort = Ports.require(port, "Kafka");
        try {
            Files.createDirectories(dataDir);
            format(dataDir);
            var server = new KafkaRaftServer(
                    new KafkaConfig(properties(dataDir, actualPort, Ports.free()), false), Time.SYSTEM);
            server.startup();
            return new EmbeddedKafka(server, actualPort);
        } catch (EmbeddedException e) {
            throw e;
        } catch (Exception e) {
            throw new EmbeddedException(
                    "Kafka cannot start on port [" + actualPort + "] with its data in [" + dataDir + "]: " + e
                            + ": see that the folder can be written to and has room, or name another",
                    e);
        }
    }

    /** Host and port for clients. */
    public String bootstrapServers() {
        return HOST + ":" + port;
    }

    /** The port. */
    public int port() {
        return port;
    }

    /** Stops the broker; its data stay. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static void format(Path dataDir) throws Exception {
        if (Files.exists(dataDir.resolve("meta.properties"))) {
            return;
        }
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setNodeId(NODE_ID)
                .setClusterId(Uuid.randomUuid().toString())
                .addDirectory(dataDir.toString())
                .setMetadataLogDirectory(dataDir.toString())
                .setControllerListenerName("CONTROLLER")
                .setReleaseVersion(MetadataVersion.latestProduction())
                .run();
    }

    private static Map<String, String> properties(Path dataDir, int port, int controllerPort) throws IOException {
        var p = new HashMap<String, String>();
        p.put("process.roles", "broker,controller");
        p.put("node.id", Integer.toString(NODE_ID));
        p.put("controller.quorum.voters", NODE_ID + "@" + HOST + ":" + controllerPort);
        p.put("listeners", "PLAINTEXT://" + HOST + ":" + port + ",CONTROLLER://" + HOST + ":" + controllerPort);
        p.put("advertised.listeners", "PLAINTEXT://" + HOST + ":" + port);
        p.put("controller.listener.names", "CONTROLLER");
        p.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.put("log.dirs", dataDir.toRealPath().toString());
        p.put("auto.create.topics.enable", "false");
        // One broker holds the only copy, and few partitions make a quick start.
        p.put("offsets.topic.replication.factor", "1");
        p.put("offsets.topic.num.partitions", "4");
        p.put("transaction.state.log.replication.factor", "1");
        p.put("transaction.state.log.min.isr", "1");
        p.put("transaction.state.log.num.partitions", "4");
        p.put("share.coordinator.state.topic.replication.factor", "1");
        p.put("share.coordinator.state.topic.min.isr", "1");
        // Nobody else joins: no need to wait for others.
        p.put("group.initial.rebalance.delay.ms", "0");
        // After a crash the controller admits the broker again only when the session of the one that died is over.
        p.put("broker.session.timeout.ms", "3000");
        p.put("broker.heartbeat.interval.ms", "500");
        // Clients may ask for short sessions, so that the partitions of one that was killed find a new owner soon.
        p.put("group.min.session.timeout.ms", "1000");
        p.put("group.consumer.min.session.timeout.ms", "1000");
        p.put("group.consumer.min.heartbeat.interval.ms", "100");
        // A data folder that nobody used for a year still knows where its groups were: 10 years, in minutes.
        p.put("offsets.retention.minutes", "5256000");
        // Transactions of a client that died are ended soon after their timeout.
        p.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
        p.put("message.max.bytes", Integer.toString(5 * 1024 * 1024));
        // The default of 128 MiB is meant for a broker with thousands of partitions; 16 MiB hold 700,000 keys.
        p.put("log.cleaner.dedupe.buffer.size", Integer.toString(16 * 1024 * 1024));
        p.put("num.network.threads", "2");
        p.put("num.io.threads", "4");
        return p;
    }
}
