package io.diptych.kafka;

import io.diptych.App;
import io.diptych.TopicNames;
import io.diptych.projection.Generation;
import io.diptych.projection.ProjectionObserver;
import io.diptych.projection.ProjectionStatus;
import io.diptych.projection.ReadModel;
import io.diptych.projection.internal.ProjectionWorker;
import io.diptych.projection.internal.ReadModelStore;
import io.diptych.projection.internal.RowStore.StoreUnavailableException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps all generations of an app's read models current, with a thread and a consumer group for each. Looks every second
 * which there are, and has those that are filled take over.
 */
public final class KafkaProjectionEngine implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaProjectionEngine.class);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final App app;
    private final KafkaSettings settings;
    private final ProjectionSettings projections;
    private final ReadModelStore store;
    private final ProjectionObserver observer;
    private final Map<Running, Work> running = new ConcurrentSkipListMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread supervisor;

    private record Running(String readModel, int generation) implements Comparable<Running> {
        @Override
        public int compareTo(Running other) {
            int byName = readModel.compareTo(other.readModel);
            return byName != 0 ? byName : Integer.compare(generation, other.generation);
        }
    }

    private record Work(WorkerThread thread, Supplier<ProjectionStatus> status) {}

    private KafkaProjectionEngine(
            App app,
            KafkaSettings settings,
            ProjectionSettings projections,
            ReadModelStore store,
            ProjectionObserver observer) {
        this.app = app;
        this.settings = settings;
        this.projections = projections;
        this.store = store;
        this.observer = observer;
        this.supervisor = Thread.ofPlatform().name("projections").daemon().unstarted(this::supervise);
    }

    /**
     * Starts the engine. Topics and tables must exist.
     *
     * @throws StoreUnavailableException when the store is away
     */
    public static KafkaProjectionEngine start(
            App app,
            KafkaSettings settings,
            ProjectionSettings projections,
            ReadModelStore store,
            ProjectionObserver observer) {
        var engine = new KafkaProjectionEngine(app, settings, projections, store, observer);
        try {
            engine.look();
        } catch (RuntimeException e) {
            engine.stopAll();
            throw e;
        }
        engine.supervisor.start();
        return engine;
    }

    /** How each generation that this node keeps current is doing. */
    public List<ProjectionStatus> status() {
        return running.values().stream().map(work -> work.status().get()).toList();
    }

    @Override
    public void close() {
        closing.countDown();
        try {
            if (!supervisor.join(PATIENCE)) {
                supervisor.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        stopAll();
    }

    private void stopAll() {
        running.values().forEach(work -> work.thread().stop());
        running.values().forEach(work -> work.thread().close());
    }

    private void supervise() {
        try {
            while (!closing.await(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    look();
                } catch (StoreUnavailableException e) {
                    LOG.debug("The generations are not known now: {}", e.getMessage());
                } catch (RuntimeException e) {
                    LOG.error("A defect: looking for generations again in {}", BETWEEN_LOOKS, e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts what is missing, stops what is not there any more, and tries to put filled ones into place. */
    private void look() {
        List<Generation> generations = store.generations();
        Set<Running> wanted = new HashSet<>();
        for (Generation generation : generations) {
            model(generation).ifPresent(model -> {
                var key = new Running(generation.readModel(), generation.number());
                wanted.add(key);
                running.computeIfAbsent(key, k -> work(model, generation.number()));
            });
        }
        running.forEach((key, work) -> {
            if (!wanted.contains(key)) {
                LOG.info("{}: generation {} is not kept any more", key.readModel(), key.generation());
                running.remove(key);
                work.thread().stop();
                work.thread().close();
            }
        });
        for (Generation generation : generations) {
            if (generation.state() == Generation.State.FILLING
                    && model(generation).isPresent()) {
                store.takeOver(generation);
            }
        }
        store.tidy();
    }

    /** In the version that the generation is made by; none when this node does not have that. */
    private Optional<ReadModel<?, ?>> model(Generation generation) {
        return app.readModel(generation.readModel(), generation.version());
    }

    private <E, R> Work work(ReadModel<E, R> readModel, int generation) {
        var topic = TopicNames.events(app.name(), readModel.aggregate().name());
        String group = app.name() + "." + readModel.name() + ".g" + generation;
        var feed =
                new KafkaEventFeed(settings, topic, group, readModel.batching().maxEvents());
        var worker = new ProjectionWorker<>(
                readModel,
                generation,
                Json.codec(readModel.aggregate().eventType()),
                projections.foldAttempts(),
                feed,
                store.rows(readModel, generation),
                InstantSource.system(),
                observer);
        var thread = new WorkerThread(
                "projection-" + readModel.name() + "-g" + generation,
                () -> worker.step(POLL),
                feed::wakeup,
                worker::close);
        return new Work(thread, worker::status);
    }
}
