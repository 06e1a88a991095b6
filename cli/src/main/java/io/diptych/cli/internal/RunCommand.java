package io.diptych.cli.internal;

import io.diptych.App;
import io.diptych.ConfigurationException;
import io.diptych.kafka.CommandSettings;
import io.diptych.kafka.KafkaSettings;
import io.diptych.kafka.ProjectionSettings;
import io.diptych.postgres.PostgresSettings;
import io.diptych.server.Node;
import io.diptych.server.NodeSettings;
import io.diptych.server.Role;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code run}: one node against a Kafka and a PostgreSQL that exist. */
@Command(
        name = "run",
        description = {
            "Run a node against a Kafka and a PostgreSQL that exist already.",
            "It starts whether or not they are there, and takes up its roles when they are. Any number of nodes may run;"
                    + " they share the work."
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  export DIPTYCH_POSTGRES_USER=orders DIPTYCH_POSTGRES_PASSWORD=...",
            "  ${COMMAND-FULL-NAME} --kafka kafka-1:9092,kafka-2:9092 --postgres jdbc:postgresql://db:5432/orders",
            "  ${COMMAND-FULL-NAME} --roles gateway --kafka kafka-1:9092 --postgres jdbc:postgresql://db:5432/orders"
                    + " --host 0.0.0.0",
            "",
            "Any Kafka client property can be set in the file of --kafka-config, or by an environment variable such as",
            "DIPTYCH_KAFKA_SECURITY_PROTOCOL for security.protocol. Options go before variables, variables before the"
                    + " file."
        })
public final class RunCommand implements Callable<Integer> {

    private final App app;
    private final Map<String, String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Option(
            names = "--roles",
            paramLabel = "ROLES",
            defaultValue = "gateway,command,projection",
            description =
                    "What this node does, separated by commas: ${DEFAULT-VALUE} are all there are, and the default.")
    private String roles = "";

    @Option(names = "--kafka", paramLabel = "HOST:PORT", description = "Kafka's brokers, separated by commas.")
    private @Nullable String kafka;

    @Option(
            names = "--kafka-config",
            paramLabel = "FILE",
            description = "Properties for every Kafka client, such as those of TLS and SASL.")
    private @Nullable Path kafkaConfig;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "8",
            description = "Partitions of topics that are made; those that exist keep theirs. Default: ${DEFAULT-VALUE}")
    private int partitions;

    @Option(
            names = "--node-id",
            paramLabel = "ID",
            description =
                    "A name that this node always has and no other: then it takes its work over at once when it is"
                            + " started again, even after a crash. Default: another one at each start.")
    private @Nullable String nodeId;

    @Option(
            names = "--state-dir",
            paramLabel = "FOLDER",
            description = "Where the role command keeps aggregates, for this node alone, so that it starts in seconds"
                    + " however long the log is. Default: a temporary folder")
    private @Nullable Path stateDir;

    @Option(
            names = "--recent-commands",
            paramLabel = "N",
            defaultValue = "" + CommandSettings.DEFAULT_RECENT_COMMANDS,
            description =
                    "Results kept per aggregate, to answer a command that is sent again. Default: ${DEFAULT-VALUE}")
    private int recentCommands;

    @Option(
            names = "--fold-attempts",
            paramLabel = "N",
            defaultValue = "" + ProjectionSettings.DEFAULT_FOLD_ATTEMPTS,
            description = "How often an event is tried before its row is parked and the event goes to the dead letters."
                    + " Default: ${DEFAULT-VALUE}")
    private int foldAttempts;

    @Option(
            names = "--postgres",
            paramLabel = "JDBC-URL",
            description = "The database. A gateway without it takes commands only.")
    private @Nullable String postgres;

    @Option(
            names = "--postgres-user",
            paramLabel = "USER",
            description = "Its user. Default: the variable DIPTYCH_POSTGRES_USER")
    private @Nullable String postgresUser;

    @Option(
            names = "--postgres-password-file",
            paramLabel = "FILE",
            description = "A file whose first line is the password. Default: the variable DIPTYCH_POSTGRES_PASSWORD")
    private @Nullable Path postgresPasswordFile;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = NodeSettings.DEFAULT_HOST,
            description = "The address to listen on. Default: ${DEFAULT-VALUE}, which only this machine can reach")
    private String host = NodeSettings.DEFAULT_HOST;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "The page and the API; 0 for any free port. Default: ${DEFAULT-VALUE}")
    private int port;

    @Option(
            names = "--max-in-flight",
            paramLabel = "N",
            defaultValue = "" + NodeSettings.DEFAULT_MAX_IN_FLIGHT,
            description = "Commands that a gateway answers at once; one more is turned away with 503."
                    + " Default: ${DEFAULT-VALUE}")
    private int maxInFlight;

    @Option(
            names = "--allow-origin",
            paramLabel = "ORIGIN",
            description = "A web origin whose pages may send commands, such as https://shop.example. May be repeated.")
    private List<String> allowedOrigins = List.of();

    /** For that app, with the environment of this process. */
    public RunCommand(App app) {
        this(app, System.getenv());
    }

    RunCommand(App app, Map<String, String> environment) {
        this.app = app;
        this.environment = environment;
    }

    @Override
    public Integer call() throws InterruptedException {
        NodeSettings settings = settings();
        PrintWriter out = spec.commandLine().getOut();
        var timeline = new Timeline(out);
        try (var stop = new StopSignal()) {
            try (Node node = Node.start(app, settings)) {
                timeline.tell("HTTP is up at " + node.url() + "; waiting for " + needs(settings));
                if (stop.awaitReady(node)) {
                    out.println(String.format(
                            Locale.ROOT,
                            "Diptych is ready after %.1f s: %s as %s at %s/",
                            timeline.seconds(),
                            String.join(
                                    ", ",
                                    settings.roles().stream()
                                            .sorted()
                                            .map(Role::toString)
                                            .toList()),
                            settings.kafka().nodeId(),
                            node.url()));
                    stop.await();
                }
                out.println("Stopping ...");
            }
            out.println("Stopped.");
        }
        return 0;
    }

    private static String needs(NodeSettings settings) {
        String servers = "Kafka at " + settings.kafka().bootstrapServers();
        PostgresSettings database = settings.postgres();
        return database == null
                ? servers
                : servers + " and PostgreSQL at " + database.jdbcUrl().replaceFirst("\\?.*", "");
    }

    /** The settings that the options, variables and files make. */
    NodeSettings settings() {
        var properties = new KafkaProperties(kafka, kafkaConfig, environment).all();
        if (!properties.containsKey(KafkaProperties.BROKERS)) {
            throw new ParameterException(spec.commandLine(), "Say where Kafka is: --kafka HOST:PORT");
        }
        if (partitions < 1) {
            throw new ParameterException(spec.commandLine(), "The partitions [" + partitions + "] must be at least 1");
        }
        KafkaSettings defaults = KafkaSettings.of("");
        var kafkaSettings =
                new KafkaSettings(properties, defaults.nodeId(), false, partitions, defaults.replicationFactor());
        PostgresSettings database = postgres == null ? null : database(postgres);
        try {
            Set<Role> chosen = Role.parse(roles);
            return new NodeSettings(
                    chosen,
                    nodeId == null ? kafkaSettings : kafkaSettings.withStableNodeId(nodeId),
                    new CommandSettings(
                            stateDir,
                            recentCommands,
                            CommandSettings.DEFAULT.stateCacheBytes(),
                            CommandSettings.DEFAULT.snapshots()),
                    new ProjectionSettings(foldAttempts),
                    database,
                    host,
                    port,
                    maxInFlight,
                    NodeSettings.DEFAULT_COMMAND_TIMEOUT,
                    Set.copyOf(allowedOrigins));
        } catch (ConfigurationException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private PostgresSettings database(String jdbcUrl) {
        String user = postgresUser == null ? environment.get("DIPTYCH_POSTGRES_USER") : postgresUser;
        return PostgresSettings.of(jdbcUrl, user, postgresPassword());
    }

    private @Nullable String postgresPassword() {
        if (postgresPasswordFile == null) {
            return environment.get("DIPTYCH_POSTGRES_PASSWORD");
        }
        try (var lines = Files.lines(postgresPasswordFile)) {
            return lines.findFirst().orElse("");
        } catch (IOException e) {
            throw new ConfigurationException("The password file [" + postgresPasswordFile + "] cannot be read (" + e
                    + "): give another with --postgres-password-file");
        }
    }
}
