package io.diptych.server;

import io.diptych.App;
import io.diptych.command.AggregateHistory;
import io.diptych.command.CommandGateway;
import io.diptych.command.CommandStatus;
import io.diptych.kafka.Json;
import io.diptych.kafka.KafkaCommandEngine;
import io.diptych.kafka.KafkaCommandGateway;
import io.diptych.kafka.KafkaEventEnds;
import io.diptych.kafka.KafkaProjectionEngine;
import io.diptych.kafka.KafkaPublisher;
import io.diptych.kafka.Topics;
import io.diptych.message.MessageCodec;
import io.diptych.message.Problem;
import io.diptych.postgres.Postgres;
import io.diptych.projection.DeadLetters;
import io.diptych.projection.DeadLetters.Depth;
import io.diptych.projection.Generations;
import io.diptych.projection.LateEvents;
import io.diptych.projection.ProjectionStatus;
import io.diptych.projection.ReadModelQueries;
import io.diptych.projection.ReadModelStatus;
import io.diptych.projection.internal.LogEnds;
import io.diptych.server.internal.Backend;
import io.diptych.server.internal.Flows;
import io.diptych.server.internal.Metrics;
import io.diptych.server.internal.ParkedDepths;
import io.diptych.server.internal.ReadModelMonitor;
import io.diptych.server.internal.Sampled;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The roles of a node and what they stand on. Three things are started side by side, so that commands go on without
 * PostgreSQL and queries without Kafka: what needs Kafka, what needs PostgreSQL, and the projections, which need both.
 */
final class Roles implements Backend, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Roles.class);

    /** For all roles together; what has not ended by then ends with the process. */
    private static final Duration CLOSING = Duration.ofMillis(2500);

    private static final Duration FOREVER = Duration.ofDays(365);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

    private static final Postgres.Codecs CODECS = new Postgres.Codecs() {
        @Override
        public <E> MessageCodec<E> of(Class<E> family) {
            return Json.codec(family);
        }
    };

    private final App app;
    private final NodeSettings settings;
    private final Metrics metrics;
    private final LogEnds ends = new LogEnds();
    private final @Nullable Postgres postgres;
    private final @Nullable ReadModelMonitor monitor;
    private final @Nullable DeadLetters deadLetters;
    private final @Nullable LateEvents lateEvents;
    private final ParkedDepths parked;
    private final Sampled<LateEvents.Depth> late;
    private final Map<String, Part> lastParts = new ConcurrentHashMap<>();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<Starter> starters = new ArrayList<>();
    private boolean closed;

    private volatile @Nullable Starter kafkaStarter;
    private volatile @Nullable Starter postgresStarter;
    private volatile @Nullable KafkaCommandGateway gateway;
    private volatile @Nullable KafkaCommandEngine engine;
    private volatile @Nullable KafkaProjectionEngine projection;
    private volatile @Nullable KafkaEventEnds eventEnds;
    private volatile @Nullable KafkaPublisher publisher;

    /**
     * Connects to nothing yet.
     *
     * @throws io.diptych.ConfigurationException when a row record cannot be stored
     */
    Roles(App app, NodeSettings settings, Metrics metrics, Flows flows) {
        this.app = app;
        this.settings = settings;
        this.metrics = metrics;
        this.postgres = settings.postgres() == null
                ? null
                : Postgres.open(app, settings.postgres(), ends, Json.mapper()::writeValueAsString);
        this.deadLetters = postgres == null ? null : postgres.deadLetters(CODECS);
        this.lateEvents = postgres == null ? null : postgres.lateEvents(CODECS);
        this.parked = new ParkedDepths(this::deadLetters);
        this.late = new Sampled<>(() -> lateEvents().depths());
        this.monitor = postgres == null
                ? null
                : opened(new ReadModelMonitor(app, settings.kafka().nodeId(), ends, postgres, this::projections));
        if (postgres != null && has(Role.GATEWAY)) {
            Postgres database = postgres;
            opened.add(postgres.onProgress(move -> {
                if (database.serves(move)) {
                    flows.moved(move.readModel(), move.partition(), move.position());
                }
            }));
        }
    }

    /** Starts the roles in the background. */
    synchronized void start() {
        Starter kafka = starter("Kafka", this::startOnKafka);
        kafkaStarter = kafka;
        if (postgres != null) {
            Starter tables = starter("PostgreSQL", postgres::ensureSchema);
            postgresStarter = tables;
            if (has(Role.PROJECTION)) {
                starter("projections", () -> startProjections(kafka, tables, postgres));
            }
        }
    }

    private Starter starter(String name, Starter.Step step) {
        var starter = new Starter(name, step);
        starters.add(starter);
        return starter;
    }

    private void startOnKafka() {
        Topics.ensure(app, settings.kafka());
        if (has(Role.GATEWAY) && gateway == null) {
            gateway = opened(KafkaCommandGateway.start(app, settings.kafka()));
        }
        if (postgres != null && eventEnds == null && (has(Role.GATEWAY) || has(Role.PROJECTION))) {
            eventEnds = opened(KafkaEventEnds.start(app, settings.kafka(), ends));
        }
        if (has(Role.COMMAND) && engine == null) {
            engine = opened(KafkaCommandEngine.start(app, settings.kafka(), settings.commands(), metrics));
        }
    }

    private void startProjections(Starter kafka, Starter tables, Postgres database) throws InterruptedException {
        if (kafka.await(FOREVER) && tables.await(FOREVER)) {
            if (publisher == null) {
                publisher = opened(KafkaPublisher.start(app.name(), settings.kafka(), database.outbox()));
            }
            projection = opened(KafkaProjectionEngine.start(
                    app, settings.kafka(), settings.projections(), database.store(), metrics));
        }
    }

    /** Remembers what is to be closed; closes it at once when the node is being closed already. */
    private synchronized <T extends AutoCloseable> T opened(T part) {
        if (closed) {
            close(part);
        } else {
            opened.add(part);
        }
        return part;
    }

    private boolean has(Role role) {
        return settings.roles().contains(role);
    }

    /** Whether the node became ready in time; throws what will keep it from ever being so. */
    boolean awaitReady(Duration atMost, BooleanSupplier ready) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            for (Starter starter : startersNow()) {
                starter.await(Duration.ZERO);
            }
            if (ready.getAsBoolean()) {
                return true;
            }
            if (System.nanoTime() >= deadline) {
                return false;
            }
            Thread.sleep(BETWEEN_LOOKS);
        }
    }

    private synchronized List<Starter> startersNow() {
        return List.copyOf(starters);
    }

    @Override
    public App app() {
        return app;
    }

    @Override
    public CommandGateway commands() {
        return requireGateway();
    }

    @Override
    public AggregateHistory history() {
        return requireGateway().history();
    }

    private KafkaCommandGateway requireGateway() {
        KafkaCommandGateway now = gateway;
        if (now != null) {
            return now;
        }
        if (!has(Role.GATEWAY)) {
            throw Problem.Type.UNAVAILABLE.exception("This node does not have the role [gateway]: its roles are "
                    + settings.roles() + ", so ask a node that has it");
        }
        throw Problem.Type.UNAVAILABLE.exception(
                "Kafka has not been reached yet, so commands and questions cannot be taken: " + reason(kafkaStarter));
    }

    @Override
    public ReadModelQueries queries() {
        return requirePostgres().queries();
    }

    @Override
    public Generations generations() {
        return requirePostgres().generations();
    }

    private Postgres requirePostgres() {
        if (!has(Role.GATEWAY)) {
            throw Problem.Type.UNAVAILABLE.exception("This node does not have the role [gateway]: its roles are "
                    + settings.roles() + ", so ask a node that has it");
        }
        return withTables(postgres);
    }

    @Override
    public DeadLetters deadLetters() {
        return withTables(deadLetters);
    }

    @Override
    public List<Depth> parked() {
        return deadLetters == null ? List.of() : parked.now();
    }

    @Override
    public LateEvents lateEvents() {
        return withTables(lateEvents);
    }

    @Override
    public List<LateEvents.Depth> late() {
        return lateEvents == null ? List.of() : late.now();
    }

    private <T> T withTables(@Nullable T part) {
        if (part == null) {
            throw Problem.Type.UNAVAILABLE.exception("This node serves commands only, since it was started without"
                    + " PostgreSQL: start it with --postgres, or ask another node");
        }
        Starter tables = postgresStarter;
        if (tables == null || !tables.state().done()) {
            throw Problem.Type.UNAVAILABLE.exception(
                    "PostgreSQL has not been reached yet, so read models cannot be read: " + reason(tables));
        }
        return part;
    }

    private static String reason(@Nullable Starter starter) {
        return starter == null ? "the node is starting" : starter.state().reason();
    }

    @Override
    public boolean followsReadModels() {
        return postgres != null && has(Role.GATEWAY);
    }

    @Override
    public List<CommandStatus> engines() {
        KafkaCommandEngine now = engine;
        return now == null ? List.of() : now.status();
    }

    @Override
    public List<ProjectionStatus> projections() {
        KafkaProjectionEngine now = projection;
        return now == null ? List.of() : now.status();
    }

    @Override
    public List<ReadModelStatus> readModels() {
        return monitor == null
                ? List.of()
                : monitor.statuses().stream().map(parked::noted).toList();
    }

    @Override
    public List<Part> parts() {
        var parts = new ArrayList<Part>();
        KafkaCommandGateway now = gateway;
        parts.add(part("kafka", kafkaStarter, () -> now == null || now.ready()));
        Postgres database = postgres;
        if (database != null) {
            parts.add(part("postgres", postgresStarter, database::ready));
        }
        if (has(Role.PROJECTION) && projection == null) {
            parts.add(changed("projections", "waits for Kafka and PostgreSQL"));
        }
        return parts;
    }

    private Part part(String name, @Nullable Starter starter, BooleanSupplier answers) {
        if (starter == null || !starter.state().done()) {
            return changed(name, reason(starter));
        }
        return changed(name, answers.getAsBoolean() ? null : "does not answer");
    }

    /** The part with the time since when it has been up, or not. */
    private Part changed(String name, @Nullable String reason) {
        boolean up = reason == null;
        Part part = lastParts.merge(
                name,
                new Part(name, up, reason, Instant.now()),
                (before, after) -> before.up() == up ? new Part(name, up, reason, before.since()) : after);
        return java.util.Objects.requireNonNull(part);
    }

    /** Closes everything at the same time, since each part may wait for what does not answer. */
    @Override
    public void close() {
        List<AutoCloseable> parts;
        synchronized (this) {
            closed = true;
            starters.forEach(Starter::close);
            parts = List.copyOf(opened);
        }
        joined(parts, CLOSING);
        if (postgres != null) {
            joined(List.of(postgres), Duration.ofMillis(300));
        }
    }

    private static void joined(List<AutoCloseable> parts, Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        List<Thread> threads = parts.stream()
                .map(part -> Thread.ofPlatform().daemon().name("close").start(() -> close(part)))
                .toList();
        try {
            for (Thread thread : threads) {
                if (!thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))) {
                    LOG.warn("A part of the node did not close within {} ms and is left behind", atMost.toMillis());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            LOG.warn("Closing {} failed", part.getClass().getSimpleName(), e);
        }
    }
}
