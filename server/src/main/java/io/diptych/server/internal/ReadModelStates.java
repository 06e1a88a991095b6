package io.diptych.server.internal;

import io.diptych.App;
import io.diptych.postgres.Worker;
import io.diptych.projection.Generation;
import io.diptych.projection.Lag;
import io.diptych.projection.ProjectionStatus.State;
import io.diptych.projection.ReadModel;
import io.diptych.projection.ReadModelStatus;
import io.diptych.projection.internal.LogEnds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Makes the state of every read model out of what workers told, where the positions are and where the events end. */
final class ReadModelStates {

    /** A node tells every second. */
    private static final Duration SILENT_AFTER = Duration.ofSeconds(5);

    /** A projection that keeps up is never so far behind. */
    private static final Duration CATCHING_UP_FROM = Duration.ofSeconds(2);

    /** Kafka is asked four times a second. */
    private static final Duration KAFKA_IS_AWAY_AFTER = Duration.ofSeconds(3);

    /** From bad to good. */
    private static final List<State> WORST_FIRST =
            List.of(State.STALLED, State.WAITING, State.STOPPED, State.CATCHING_UP, State.RUNNING);

    private final App app;
    private final LogEnds ends;
    private final Positions positions;
    private final Map<Positions.Partition, Noted> noted = new ConcurrentHashMap<>();

    /** What was so, and since when. */
    private record Noted(State state, Instant since) {}

    private record Finding(
            State state, @Nullable String reason, @Nullable Instant since) {}

    ReadModelStates(App app, LogEnds ends, Positions positions) {
        this.app = app;
        this.ends = ends;
        this.positions = positions;
    }

    /**
     * All of them; a read model whose generations are not known yet as its first.
     *
     * @param generations that there are
     * @param workers of all nodes
     * @param databaseSilent how long ago the database was heard
     */
    List<ReadModelStatus> of(List<Generation> generations, List<Worker> workers, Duration databaseSilent) {
        var all = new ArrayList<ReadModelStatus>();
        for (ReadModel<?, ?> readModel : app.readModels()) {
            List<Generation> own = generations.stream()
                    .filter(generation -> generation.readModel().equals(readModel.name()))
                    .toList();
            for (Generation generation : own.isEmpty() ? List.of(first(readModel)) : own) {
                all.add(status(readModel, generation, workers, databaseSilent));
            }
        }
        return all;
    }

    private static Generation first(ReadModel<?, ?> readModel) {
        return new Generation(readModel.name(), 1, readModel.version(), Generation.State.SERVING, Instant.EPOCH);
    }

    private ReadModelStatus status(
            ReadModel<?, ?> readModel, Generation generation, List<Worker> all, Duration databaseSilent) {
        String aggregate = readModel.aggregate().name();
        List<Worker> workers = all.stream()
                .filter(w -> w.readModel().equals(readModel.name()) && w.generation() == generation.number())
                .toList();
        int count = Math.max(ends.partitions(aggregate), positions.last(readModel.name(), generation.number()) + 1);
        var partitions = new ArrayList<ReadModelStatus.Partition>();
        Lag total = new Lag(0L, Duration.ZERO);
        for (int i = 0; i < count; i++) {
            var partition = new Positions.Partition(readModel.name(), generation.number(), i);
            Long position = positions.of(partition);
            Lag lag = position == null ? Lag.UNKNOWN : ends.lag(aggregate, i, position);
            Worker worker = worker(workers, i);
            partitions.add(partition(partition, position, lag, worker, databaseSilent));
            total = total.plus(lag);
        }
        if (partitions.isEmpty()) {
            return new ReadModelStatus(
                    generation,
                    State.WAITING,
                    "Kafka and PostgreSQL have not been reached yet",
                    since(new Positions.Partition(readModel.name(), generation.number(), -1), State.WAITING),
                    Lag.UNKNOWN,
                    0,
                    partitions);
        }
        ReadModelStatus.Partition worst = java.util.Collections.min(
                partitions, Comparator.comparingInt(partition -> WORST_FIRST.indexOf(partition.state())));
        double rate = partitions.stream()
                .mapToDouble(ReadModelStatus.Partition::eventsPerSecond)
                .sum();
        return new ReadModelStatus(generation, worst.state(), worst.reason(), worst.since(), total, rate, partitions);
    }

    /** The one that told last of those that have the partition. */
    private static @Nullable Worker worker(List<Worker> workers, int partition) {
        return workers.stream()
                .filter(w -> w.rates().containsKey(partition))
                .min(Comparator.comparing(Worker::age))
                .orElse(null);
    }

    private ReadModelStatus.Partition partition(
            Positions.Partition partition,
            @Nullable Long position,
            Lag lag,
            @Nullable Worker worker,
            Duration databaseSilent) {
        Finding finding = finding(lag, worker, databaseSilent);
        Instant since = since(partition, finding.state());
        boolean silent = worker == null || isSilent(worker);
        return new ReadModelStatus.Partition(
                partition.number(),
                position,
                lag,
                worker == null || silent ? 0 : worker.rates().getOrDefault(partition.number(), 0.0),
                finding.state(),
                finding.reason(),
                finding.since() == null ? since : finding.since(),
                worker == null || silent ? null : worker.node());
    }

    private static boolean isSilent(Worker worker) {
        return worker.age().compareTo(SILENT_AFTER) > 0;
    }

    private static Finding finding(Lag lag, @Nullable Worker worker, Duration databaseSilent) {
        if (databaseSilent.compareTo(SILENT_AFTER) > 0) {
            return waiting("waiting for the database, which has not answered for " + databaseSilent.toSeconds() + " s");
        }
        if (worker == null) {
            return waiting("no node has this partition: is one with the projection role running?");
        }
        if (isSilent(worker)) {
            return waiting("the node [" + worker.node() + "] that had this partition has been silent for "
                    + worker.age().toSeconds() + " s");
        }
        if (worker.state() != State.RUNNING) {
            return new Finding(worker.state(), worker.reason(), worker.since());
        }
        Duration time = lag.time();
        boolean current = lag.events() != null && lag.events() == 0;
        if (current && time != null && time.compareTo(KAFKA_IS_AWAY_AFTER) > 0) {
            return waiting("waiting for Kafka, which has not answered for " + time.toSeconds() + " s");
        }
        if (lag.events() == null || current || (time != null && time.compareTo(CATCHING_UP_FROM) <= 0)) {
            return new Finding(State.RUNNING, null, worker.since());
        }
        return new Finding(State.CATCHING_UP, null, null);
    }

    private static Finding waiting(String reason) {
        return new Finding(State.WAITING, reason, null);
    }

    /** Since when it has been so, as far as this node has noticed. */
    private Instant since(Positions.Partition partition, State state) {
        Noted note = noted.merge(
                partition, new Noted(state, Instant.now()), (before, now) -> before.state() == state ? before : now);
        return java.util.Objects.requireNonNull(note).since();
    }
}
