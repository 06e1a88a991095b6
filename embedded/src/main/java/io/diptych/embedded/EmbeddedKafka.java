package io.diptych.embedded;

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
 * stay in a folder and are used again by the next start, also after a crash. A disk that fills up while it runs ends
 * the JVM, as it ends any Kafka broker.
 */
public final class EmbeddedKafka implements AutoCloseable {

    private static final String HOST = "127.0.0.1";
    private static final int NODE_ID = 1;

    private final KafkaRaftServer server;
    private final int port;
    private final DataFolder folder;

    private EmbeddedKafka(KafkaRaftServer server, int port, DataFolder folder) {
        this.server = server;
        this.port = port;
        this.folder = folder;
    }

    /**
     * Starts a broker; returns when it can be used, after about 2 seconds (5 after a crash).
     *
     * @param dataDir made when it does not exist
     * @param port 0 for a free one
     * @throws EmbeddedException when the port or the folder is in use, or the folder cannot be used
     */
    public static EmbeddedKafka start(Path dataDir, int port) {
        DataFolder folder = DataFolder.claim(dataDir, "Kafka");
        try {
            folder.requireRoom();
            int actualPort = Ports.require(port, "Kafka");
            return new EmbeddedKafka(serve(folder.data(), actualPort), actualPort, folder);
        } catch (RuntimeException e) {
            folder.close();
            throw e;
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
        try {
            server.shutdown();
            server.awaitShutdown();
        } finally {
            folder.close();
        }
    }

    private static KafkaRaftServer serve(Path data, int port) {
        try {
            Files.createDirectories(data);
            format(data);
            var server = new KafkaRaftServer(new KafkaConfig(properties(data, port, Ports.free()), false), Time.SYSTEM);
            try {
                server.startup();
                return server;
            } catch (RuntimeException e) {
                server.shutdown();
                throw e;
            }
        } catch (EmbeddedException e) {
            throw e;
        } catch (Exception e) {
            throw new EmbeddedException(
                    "Kafka cannot start on port [" + port + "] with its data in [" + data + "]: " + e
                            + ": see that the folder can be written to and has room, or name another",
                    e);
        }
    }

    private static void format(Path data) throws Exception {
        if (Files.exists(data.resolve("meta.properties"))) {
            return;
        }
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setNodeId(NODE_ID)
                .setClusterId(Uuid.randomUuid().toString())
                .addDirectory(data.toString())
                .setMetadataLogDirectory(data.toString())
                .setControllerListenerName("CONTROLLER")
                .setReleaseVersion(MetadataVersion.latestProduction())
                .run();
    }

    private static Map<String, String> properties(Path data, int port, int controllerPort) {
        var p = new HashMap<String, String>();
        p.put("process.roles", "broker,controller");
        p.put("node.id", Integer.toString(NODE_ID));
        p.put("controller.quorum.voters", NODE_ID + "@" + HOST + ":" + controllerPort);
        p.put("listeners", "PLAINTEXT://" + HOST + ":" + port + ",CONTROLLER://" + HOST + ":" + controllerPort);
        p.put("advertised.listeners", "PLAINTEXT://" + HOST + ":" + port);
        p.put("controller.listener.names", "CONTROLLER");
        p.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.put("log.dirs", data.toString());
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
