package io.diptych.bench.suite;

import static io.diptych.bench.suite.Metrics.ALLOCATED;
import static io.diptych.bench.suite.Metrics.THROUGHPUT;
import static io.diptych.bench.suite.Metrics.latency;
import static java.util.Objects.requireNonNull;

import io.diptych.bench.bed.Bed;
import io.diptych.bench.bed.Child;
import io.diptych.bench.load.KafkaLoad;
import io.diptych.bench.load.LifeCycle;
import io.diptych.bench.run.Figures;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Somebody who reads commands from a topic and writes an event and a reply for each. */
final class KafkaWorkload extends DescribedWorkload {

    /** How one is told from the other. */
    enum Measured {
        BOTH,
        THROUGHPUT_ONLY,
        LATENCY_ONLY
    }

    /** What is measured, by what it needs to be started. */
    interface Start {
        Child on(Bed bed, KafkaLoad.Topics topics) throws Exception;
    }

    private final Measured measured;
    private final KafkaLoad.Topics topics;
    private final boolean makesTopics;
    private final Start start;
    private final Context context;
    private @Nullable Child child;
    private @Nullable KafkaLoad load;

    KafkaWorkload(
            String name,
            String description,
            Measured measured,
            KafkaLoad.Topics topics,
            boolean makesTopics,
            Start start,
            Context context) {
        super(name, description);
        this.measured = measured;
        this.topics = topics;
        this.makesTopics = makesTopics;
        this.start = start;
        this.context = context;
    }

    @Override
    public void prepare() throws Exception {
        Bed bed = context.bed();
        bed.topics(
                makesTopics
                        ? new TreeSet<>(List.of(topics.commands(), topics.events(), topics.replies()))
                        : Set.of(topics.replies()));
        Child started = start.on(bed, topics);
        child = started;
        String version = started.awaitReady(Bed.STARTS_WITHIN).versions();
        if (!version.isEmpty()) {
            context.results().version(name(), version);
        }
        load = new KafkaLoad(bed.kafka(), topics, new LifeCycle("o-")::command);
    }

    @Override
    public void round(Figures figures) throws Exception {
        Child process = requireNonNull(child);
        KafkaLoad commands = requireNonNull(load);
        Extent extent = context.extent();
        if (measured != Measured.LATENCY_ONLY) {
            long before = process.allocated();
            long nanos = commands.burst(extent.burst(), process);
            figures.add(THROUGHPUT, extent.burst() / (nanos / 1e9));
            figures.add(ALLOCATED, (process.allocated() - before) / 1024.0 / extent.burst());
        }
        if (measured != Measured.THROUGHPUT_ONLY) {
            for (int rate : extent.rates()) {
                Histogram histogram = commands.openLoop(rate, extent.warmUp(), extent.latency());
                Metrics.add(figures, latency(rate, 50), histogram, 50);
                Metrics.add(figures, latency(rate, 99), histogram, 99);
            }
        }
    }

    @Override
    public void finish(Figures figures) {
        KafkaLoad commands = requireNonNull(load);
        if (measured == Measured.BOTH) {
            KafkaLoad.Stored unused = commands.checkVersions();
        } else {
            commands.checkCount();
        }
    }

    @Override
    public void close() {
        if (load != null) {
            load.close();
        }
        if (child != null) {
            child.close();
        }
    }
}
