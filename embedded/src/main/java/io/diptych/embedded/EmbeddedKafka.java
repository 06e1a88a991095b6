package io.diptych.embedded;

import java.nio.file.Path;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;

/**
 * One Kafka broker (KRaft, broker and controller in one) in this JVM, on loopback, open to any client there. Its data
 * stay in a folder and are used again by the next start, also after a crash. A disk that fills up while it runs ends
 * the JVM, as it ends any Kafka broker.
 */
public final class EmbeddedKafka implements AutoCloseable {

    private final KafkaRaftServer server;
    private final int port;
    private final DataFolder folder;

    private EmbeddedKafka(KafkaRaftServer server, int port, DataFolder folder) {
        this.server = server;
        this.port = port;
        this.folder = folder;
    }

    /**
     * Starts a broker; returns when it can be used, after about 2 seconds (3 after a crash).
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
        return BrokerSettings.HOST + ":" + port;
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
            BrokerSettings settings = BrokerSettings.alone(data, port, Ports.free());
            settings.format(Uuid.randomUuid().toString());
            settings.leadNothing();
            return settings.startServer();
        } catch (EmbeddedException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedException("Interrupted while Kafka starts with its data in [" + data + "]", e);
        } catch (Exception e) {
            throw new EmbeddedException(
                    "Kafka cannot start on port [" + port + "] with its data in [" + data + "]: " + e
                            + ": see that the folder can be written to and has room, or name another",
                    e);
        }
    }
}
