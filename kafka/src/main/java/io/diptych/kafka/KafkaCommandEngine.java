package io.diptych.kafka;

import io.diptych.App;
import io.diptych.command.Aggregate;
import io.diptych.command.CommandObserver;
import io.diptych.command.CommandStatus;
import io.diptych.command.internal.CommandWorker;
import io.diptych.command.internal.EngineSetup;
import io.diptych.command.internal.MemoryAggregateStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Handles the commands of all aggregates of an app, with a thread for each. */
public final class KafkaCommandEngine implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);

    /** Results kept per aggregate to answer duplicates. */
    private static final int RECENT_COMMANDS = 64;

    private final List<WorkerThread> threads = new ArrayList<>();
    private final List<Supplier<CommandStatus>> statuses = new ArrayList<>();

    private KafkaCommandEngine() {}

    /** Starts the engine. The topics must exist: see {@link Topics#ensure}. */
    public static KafkaCommandEngine start(App app, KafkaSettings settings, CommandObserver observer) {
        var engine = new KafkaCommandEngine();
        try {
            app.aggregates().forEach(aggregate -> engine.add(app, aggregate, settings, observer));
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
    }

    private <C, S, E> void add(
            App app, Aggregate<C, S, E> aggregate, KafkaSettings settings, CommandObserver observer) {
        var setup = new EngineSetup<>(
                app,
                aggregate,
                Json.codec(aggregate.commandType()),
                Json.codec(aggregate.eventType()),
                Json.codec(aggregate.stateType()),
                Replies::encode,
                partition -> new MemoryAggregateStore<S>(),
                InstantSource.system(),
                observer,
                RECENT_COMMANDS);
        int partitions = Topics.partitions(app, aggregate, settings);
        var log = new KafkaCommandLog(settings, app.name(), aggregate.name(), partitions);
        var worker = new CommandWorker<>(setup, log);
        statuses.add(worker::status);
        threads.add(
                new WorkerThread("commands-" + aggregate.name(), () -> worker.step(POLL), log::wakeup, worker::close));
    }
}
