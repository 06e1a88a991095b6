package io.diptych.chaos.cluster;

import io.diptych.embedded.ClusterBroker;
import io.diptych.embedded.EmbeddedException;
import io.diptych.embedded.Ports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;

/** Three brokers, a PostgreSQL and two nodes of each role, all on loopback. */
public final class Cluster implements AutoCloseable {

    /** Of the consumer groups: a process that is frozen for longer loses its partitions. */
    public static final Duration SESSION_TIMEOUT = Duration.ofSeconds(4);

    private static final int BROKERS = 3;
    private static final int NODES_PER_ROLE = 2;
    private static final int PARTITIONS = 4;
    private static final Duration STARTS_WITHIN = Duration.ofMinutes(2);

    private final Path folder;
    private final List<String> nodeOptions;
    private final ClusterBroker.Plan plan = ClusterBroker.Plan.of(BROKERS);
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private boolean ended;
    private final List<JvmTarget> jvms = new CopyOnWriteArrayList<>();
    private final List<URI> gateways = new ArrayList<>();
    private final DatabaseTarget database;
    private final Admin admin;

    private final Thread whenInterrupted;

    private Cluster(Path folder, List<String> nodeOptions, Runnable afterInterruption) {
        this.folder = folder;
        this.nodeOptions = nodeOptions;
        this.database = new DatabaseTarget(folder.resolve("postgres"));
        this.admin = Admin.create(java.util.Map.of(
                "bootstrap.servers", bootstrapServers(), "request.timeout.ms", 2_000, "default.api.timeout.ms", 3_000));
        this.whenInterrupted = new Thread(
                () -> {
                    end();
                    afterInterruption.run();
                },
                "end-processes");
        Runtime.getRuntime().addShutdownHook(whenInterrupted);
    }

    /**
     * Starts everything; returns when all of it works.
     *
     * @param folder of its data and its output
     * @param mainClass of the app, in this class path
     * @param nodeOptions for the JVM of each node
     * @param progress is told what happens
     * @param afterInterruption is done when this process is told to end, after all others were killed
     */
    public static Cluster start(
            Path folder,
            String mainClass,
            List<String> nodeOptions,
            Consumer<String> progress,
            Runnable afterInterruption)
            throws IOException, InterruptedException {
        var cluster = new Cluster(folder, nodeOptions, afterInterruption);
        try {
            cluster.start(mainClass, progress);
            return cluster;
        } catch (IOException | InterruptedException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    private void start(String mainClass, Consumer<String> progress) throws IOException, InterruptedException {
        database.start();
        progress.accept("PostgreSQL is up at " + database.jdbcUrl());
        for (int broker = 1; broker <= BROKERS; broker++) {
            startBroker(broker);
        }
        awaitUp();
        progress.accept(BROKERS + " brokers are up at " + bootstrapServers());
        for (Target.Group role : List.of(Target.Group.GATEWAY, Target.Group.COMMAND, Target.Group.PROJECTION)) {
            for (int number = 1; number <= NODES_PER_ROLE; number++) {
                startNode(mainClass, role, number);
            }
        }
        awaitUp();
        progress.accept("2 gateways, 2 command nodes and 2 projection nodes are up");
    }

    /** The brokers, for clients. */
    public String bootstrapServers() {
        return plan.bootstrapServers();
    }

    /** Where the gateways listen. */
    public List<URI> gateways() {
        return List.copyOf(gateways);
    }

    /** All that can be attacked. */
    public List<Target> targets() {
        var targets = new ArrayList<Target>(jvms);
        targets.add(database);
        return targets;
    }

    /** Kills everything. */
    @Override
    public void close() {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(whenInterrupted);
        } catch (IllegalStateException e) {
            // This process is ending, and the hook is at work.
            return;
        }
    }

    private synchronized void end() {
        if (!ended) {
            ended = true;
            jvms.forEach(JvmTarget::end);
            database.end();
            admin.close(Duration.ZERO);
        }
    }

    private void startBroker(int id) throws IOException {
        var command = jvm("-Xmx320m", List.of(), ClusterBroker.class.getName());
        String name = "broker-" + id;
        command.addAll(plan.arguments(id, folder.resolve(name)));
        add(new JvmTarget(name, Target.Group.BROKER, command, log(name), () -> listens(id) && replicated(id)));
    }

    private void startNode(String mainClass, Target.Group role, int number) throws IOException {
        String roleName = role.name().toLowerCase(Locale.ROOT);
        String name = roleName + "-" + number;
        int port = Ports.free();
        var command = jvm("-Xmx256m", nodeOptions, mainClass);
        command.addAll(List.of("run", "--roles", roleName, "--kafka", bootstrapServers()));
        command.addAll(List.of("--kafka-config", clientProperties().toString(), "--port", Integer.toString(port)));
        command.addAll(List.of("--partitions", Integer.toString(PARTITIONS)));
        command.addAll(List.of("--postgres", database.jdbcUrl(), "--postgres-user", database.user()));
        // The first of each role keeps its id and its states, the second has nothing: both ways to come back.
        if (number == 1) {
            command.addAll(List.of(
                    "--node-id", name, "--state-dir", folder.resolve(name).toString()));
        }
        URI url = URI.create("http://127.0.0.1:" + port);
        if (role == Target.Group.GATEWAY) {
            gateways.add(url);
        }
        add(new JvmTarget(name, role, command, log(name), () -> healthy(url)));
    }

    private void add(JvmTarget target) throws IOException {
        jvms.add(target);
        target.start();
    }

    private Path clientProperties() throws IOException {
        Path file = folder.resolve("client.properties");
        if (!Files.exists(file)) {
            Files.writeString(
                    file, "session.timeout.ms=" + SESSION_TIMEOUT.toMillis() + "\nheartbeat.interval.ms=500\n");
        }
        return file;
    }

    private Path log(String name) {
        return folder.resolve(name + ".log");
    }

    /** Processes that live for minutes on few cores: little memory, and no optimising compiler. */
    private List<String> jvm(String memory, List<String> options, String mainClass) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                memory,
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + folder,
                "-Dlogback.configurationFile=logback-node.xml"));
        if (Runtime.version().feature() >= 23) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        // The classes of a server in the form the JVM uses them in, which the start script has recorded.
        Path archive = Path.of(System.getProperty("diptych.archive", ""));
        if (Files.isRegularFile(archive)) {
            command.add("-XX:SharedArchiveFile=" + archive);
        }
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        return command;
    }

    private void awaitUp() throws InterruptedException {
        long deadline = System.nanoTime() + STARTS_WITHIN.toNanos();
        for (JvmTarget target : jvms) {
            while (!target.up()) {
                if (System.nanoTime() > deadline) {
                    throw new EmbeddedException(
                            "[" + target.name() + "] was not ready after [" + STARTS_WITHIN.toSeconds()
                                    + " s]: its output is in [" + log(target.name()) + "]",
                            null);
                }
                Thread.sleep(100);
            }
        }
    }

    private boolean healthy(URI url) {
        try {
            var request = HttpRequest.newBuilder(url.resolve("/health/ready"))
                    .timeout(Duration.ofSeconds(1))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean listens(int broker) {
        try (var socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(
                            "127.0.0.1", plan.addresses().get(broker - 1).port()),
                    500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** The broker is back, and every copy of everything is complete: another one may be attacked. */
    private boolean replicated(int broker) {
        try {
            var nodes = admin.describeCluster().nodes().get(3, TimeUnit.SECONDS);
            if (nodes.size() < BROKERS || nodes.stream().noneMatch(node -> node.id() == broker)) {
                return false;
            }
            Set<String> topics = admin.listTopics(new ListTopicsOptions().listInternal(true))
                    .names()
                    .get(3, TimeUnit.SECONDS);
            return admin.describeTopics(topics).allTopicNames().get(3, TimeUnit.SECONDS).values().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .allMatch(partition -> partition.isr().size() == BROKERS);
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
