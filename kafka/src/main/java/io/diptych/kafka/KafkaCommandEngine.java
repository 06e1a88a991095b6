package io.diptych.kafka;

import io.diptych.App;
import io.diptych.ConfigurationException;
import io.diptych.TopicNames;
import io.diptych.command.Aggregate;
import io.diptych.command.CommandObserver;
import io.diptych.command.CommandStatus;
import io.diptych.command.internal.CommandWorker;
import io.diptych.command.internal.EngineSetup;
import io.diptych.kafka.checkpoint.Checkpoints;
import io.diptych.kafka.checkpoint.Snapshots;
import io.diptych.message.MessageCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Handles the commands of all aggregates of an app, with a thread for each. */
public final class KafkaCommandEngine implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);

    private static final Logger LOG = LoggerFactory.getLogger(KafkaCommandEngine.class);

    private final KafkaSettings settings;
    private final CommandSettings handling;
    private final Path stateDir;
    private final List<Checkpoints<?>> checkpoints = new ArrayList<>();
    private final List<WorkerThread> threads = new ArrayList<>();
    private final List<Supplier<CommandStatus>> statuses = new ArrayList<>();

    private KafkaCommandEngine(KafkaSettings settings, CommandSettings handling) {
        this.settings = settings;
        this.handling = handling;
        this.stateDir = handling.stateDir() == null ? temporaryFolder() : handling.stateDir();
    }

    /**
     * Starts the engine. The topics must exist: see {@link Topics#ensure}.
     *
     * @throws ConfigurationException when an aggregate's state cannot be kept
     */
    public static KafkaCommandEngine start(
            App app, KafkaSettings settings, CommandSettings handling, CommandObserver observer) {
        var engine = new KafkaCommandEngine(settings, handling);
        try {
            app.aggregates().forEach(aggregate -> engine.add(app, aggregate, observer));
            return engine;
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    /** How each aggregate is doing on this node. */
    public List<CommandStatus> status() {
        return statuses.stream().map(Supplier::get).toList();
    }

    @Override
    public void close() {
        threads.forEach(WorkerThread::stop);
        threads.forEach(WorkerThread::close);
        checkpoints.forEach(Checkpoints::close);
        if (handling.stateDir() == null) {
            try {
                Checkpoints.delete(stateDir);
            } catch (IOException e) {
                LOG.warn("The temporary folder [{}] could not be deleted: {}", stateDir, e.toString());
            }
        }
    }

    private <C, S, E> void add(App app, Aggregate<C, S, E> aggregate, CommandObserver observer) {
        MessageCodec<S> states = Json.codec(aggregate.stateType());
        requireKeepable(aggregate, states);
        int partitions = Topics.partitions(app, aggregate, settings);
        var log = new KafkaCommandLog(settings, app.name(), aggregate.name(), partitions);
        Checkpoints<S> stores = stores(app, aggregate, states, log);
        checkpoints.add(stores);
        var setup = new EngineSetup<>(
                app,
                aggregate,
                Json.codec(aggregate.commandType()),
                Json.codec(aggregate.eventType()),
                states,
                Replies::encode,
                stores,
                InstantSource.system(),
                observer,
                handling.recentCommands());
        var worker = new CommandWorker<>(setup, log);
        statuses.add(worker::status);
        threads.add(
                new WorkerThread("commands-" + aggregate.name(), () -> worker.step(POLL), log::wakeup, worker::close));
    }

    private <S> Checkpoints<S> stores(
            App app, Aggregate<?, S, ?> aggregate, MessageCodec<S> states, KafkaCommandLog log) {
        String id = TransactionalIds.of(app.name(), aggregate.name()).snapshots(settings.nodeId());
        var toBytes = new ByteArraySerializer();
        var fromBytes = new ByteArrayDeserializer();
        var snapshots = new Snapshots(
                TopicNames.snapshots(app.name(), aggregate.name()),
                () -> {
                    log.requireNodeId();
                    return new KafkaProducer<>(settings.snapshotProducer(id), toBytes, toBytes);
                },
                () -> new KafkaConsumer<>(settings.catchUpConsumer(), fromBytes, fromBytes),
                log::end,
                log::membership);
        return new Checkpoints<>(
                stateDir.resolve(app.name() + "." + aggregate.name()),
                Topics.logId(TopicNames.events(app.name(), aggregate.name()), settings),
                aggregate,
                states,
                handling.stateCacheBytes(),
                handling.snapshots() ? snapshots : null);
    }

    private static <S> void requireKeepable(Aggregate<?, S, ?> aggregate, MessageCodec<S> states) {
        S initial = aggregate.decider().initialState();
        try {
            states.decode(states.typeOf(initial), states.encode(initial));
        } catch (RuntimeException e) {
            throw new ConfigurationException("The initial state [" + initial + "] of the aggregate ["
                    + aggregate.name() + "] cannot be written as JSON and read again: " + e.getMessage()
                    + ". Make the state a record, with @Nullable on what may be null");
        }
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("diptych-state");
        } catch (IOException e) {
            throw new ConfigurationException(
                    "No temporary folder for aggregates can be made (" + e + "): name one with --state-dir");
        }
    }
}
