package io.diptych.kafka;

import io.diptych.App;
import io.diptych.TopicNames;
import io.diptych.projection.ProjectionObserver;
import io.diptych.projection.ProjectionStatus;
import io.diptych.projection.ReadModel;
import io.diptych.projection.internal.ProjectionWorker;
import io.diptych.projection.internal.RowStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Keeps all read models of an app current, with a thread and a consumer group for each. */
public final class KafkaProjectionEngine implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);

    private final List<WorkerThread> threads = new ArrayList<>();
    private final List<Supplier<ProjectionStatus>> statuses = new ArrayList<>();

    private KafkaProjectionEngine() {}

    /** Opens the store of a read model. */
    public interface Stores {
        <R> RowStore<R> open(ReadModel<?, R> readModel);
    }

    /** Starts the engine. Topics and tables must exist. */
    public static KafkaProjectionEngine start(
            App app, KafkaSettings settings, Stores stores, ProjectionObserver observer) {
        var engine = new KafkaProjectionEngine();
        try {
            app.readModels().forEach(readModel -> engine.add(app, readModel, settings, stores, observer));
            return engine;
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    /** How each projection is doing on this node. */
    public List<ProjectionStatus> status() {
        return statuses.stream().map(Supplier::get).toList();
    }

    @Override
    public void close() {
        threads.forEach(WorkerThread::stop);
        threads.forEach(WorkerThread::close);
    }

    private <E, R> void add(
            App app, ReadModel<E, R> readModel, KafkaSettings settings, Stores stores, ProjectionObserver observer) {
        var topic = TopicNames.events(app.name(), readModel.aggregate().name());
        var feed = new KafkaEventFeed(settings, topic, app.name() + "." + readModel.name());
        var worker = new ProjectionWorker<>(
                readModel,
                Json.codec(readModel.aggregate().eventType()),
                feed,
                stores.open(readModel),
                InstantSource.system(),
                observer);
        statuses.add(worker::status);
        threads.add(new WorkerThread(
                "projection-" + readModel.name(), () -> worker.step(POLL), feed::wakeup, worker::close));
    }
}
