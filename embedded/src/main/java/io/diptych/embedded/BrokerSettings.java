package io.diptych.embedded;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * How a broker on loopback is set up, alone or as one of several.
 *
 * @param id from 1
 * @param data its folder
 * @param members every broker of the cluster, in the order of their ids
 */
record BrokerSettings(int id, Path data, List<Member> members) {

    static final String HOST = "127.0.0.1";

    /** A file that Kafka leaves in its folder. */
    private static final String STOPPED_IN_ORDER = ".kafka_cleanshutdown";

    private static final Duration CONTROLLER_STARTS_WITHIN = Duration.ofSeconds(30);

    /** Where a broker listens. */
    record Member(int port, int controllerPort) {}

    static BrokerSettings alone(Path data, int port, int controllerPort) {
        return new BrokerSettings(1, data, List.of(new Member(port, controllerPort)));
    }

    /** Makes the folder one of that cluster, once. */
    void format(String clusterId) throws Exception {
        Files.createDirectories(data);
        if (Files.exists(data.resolve("meta.properties"))) {
            return;
        }
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setNodeId(id)
                .setClusterId(clusterId)
                .addDirectory(data.toString())
                .setMetadataLogDirectory(data.toString())
                .setControllerListenerName("CONTROLLER")
                .setReleaseVersion(MetadataVersion.latestProduction())
                .run();
    }

    /**
     * After a crash, before the server is started: the metadata say that it does not lead anything. Otherwise it begins
     * with what it led when it died, and ends transactions in partitions that are taken from it a moment later; Kafka 4.3
     * and 4.4 then forget the transaction without having ended it, and readers wait at its first record for ever
     * (KAFKA-20734).
     *
     * <p>For a broker that is alone: of several, another may lead.
     */
    void leadNothing() throws Exception {
        if (!Files.exists(data.resolve("__cluster_metadata-0")) || Files.exists(data.resolve(STOPPED_IN_ORDER))) {
            return;
        }
        Map<String, String> controllerOnly = properties();
        controllerOnly.put("process.roles", "controller");
        controllerOnly.put("listeners", "CONTROLLER://" + controller());
        controllerOnly.remove("advertised.listeners");
        KafkaRaftServer server = start(controllerOnly);
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_CONTROLLERS_CONFIG, controller()))) {
            unregister(admin);
        } finally {
            server.shutdown();
            server.awaitShutdown();
        }
    }

    /** Until the controller that starts knows so much of its metadata that it takes the request. */
    private void unregister(Admin admin) throws ExecutionException, InterruptedException {
        long deadline = System.nanoTime() + CONTROLLER_STARTS_WITHIN.toNanos();
        while (true) {
            try {
                admin.unregisterBroker(id).all().get();
                return;
            } catch (ExecutionException e) {
                if (e.getCause() instanceof BrokerIdNotRegisteredException) {
                    return; // It crashed before it led anything.
                }
                if (!(e.getCause() instanceof UnsupportedVersionException) || System.nanoTime() > deadline) {
                    throw e;
                }
            }
            Thread.sleep(50);
        }
    }

    KafkaRaftServer startServer() {
        return start(properties());
    }

    private static KafkaRaftServer start(Map<String, String> properties) {
        var server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
        try {
            server.startup();
            return server;
        } catch (RuntimeException e) {
            server.shutdown();
            throw e;
        }
    }

    /** Host and port for brokers and controllers. */
    private String controller() {
        return HOST + ":" + members.get(id - 1).controllerPort();
    }

    private Map<String, String> properties() {
        var p = new HashMap<String, String>();
        addPlace(p);
        addCopies(p);
        // Nobody else joins: no need to wait for others.
        p.put("group.initial.rebalance.delay.ms", "0");
        // After a crash another controller admits the broker again only when the session of the one that died is over.
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

    private void addPlace(Map<String, String> p) {
        Member own = members.get(id - 1);
        p.put("process.roles", "broker,controller");
        p.put("node.id", Integer.toString(id));
        p.put(
                "controller.quorum.voters",
                IntStream.range(0, members.size())
                        .mapToObj(
                                i -> (i + 1) + "@" + HOST + ":" + members.get(i).controllerPort())
                        .collect(Collectors.joining(",")));
        p.put("listeners", "PLAINTEXT://" + HOST + ":" + own.port() + ",CONTROLLER://" + controller());
        p.put("advertised.listeners", "PLAINTEXT://" + HOST + ":" + own.port());
        p.put("controller.listener.names", "CONTROLLER");
        p.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.put("log.dirs", data.toString());
        p.put("auto.create.topics.enable", "false");
    }

    /** Every broker holds all there is, and the loss of one of three loses and stops nothing. */
    private void addCopies(Map<String, String> p) {
        String copies = Integer.toString(members.size());
        String needed = Integer.toString(members.size() / 2 + 1);
        p.put("default.replication.factor", copies);
        p.put("min.insync.replicas", needed);
        // Few partitions make a quick start.
        p.put("offsets.topic.replication.factor", copies);
        p.put("offsets.topic.num.partitions", "4");
        p.put("transaction.state.log.replication.factor", copies);
        p.put("transaction.state.log.min.isr", needed);
        p.put("transaction.state.log.num.partitions", "4");
        p.put("share.coordinator.state.topic.replication.factor", copies);
        p.put("share.coordinator.state.topic.min.isr", needed);
    }
}
