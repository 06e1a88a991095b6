package io.diptych.kafka;

import io.diptych.App;
import io.diptych.TopicNames;
import io.diptych.command.Aggregate;
import io.diptych.projection.ReadModel;
import io.diptych.projection.internal.LogEnds;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks Kafka where the events end that read models are made from: all partitions in one request, some times a second,
 * and at once when a query wants to know anew.
 */
public final class KafkaEventEnds implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaEventEnds.class);

    private static final Duration EVERY = Duration.ofMillis(250);

    /** However many queries want to know anew. */
    private static final Duration AT_MOST_EVERY = Duration.ofMillis(10);

    private static final Duration AFTER_FAILURE = Duration.ofMillis(250);
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(2);

    private final LogEnds ends;
    private final Admin admin;
    private final Map<TopicPartition, OffsetSpec> asked = new LinkedHashMap<>();
    private final Map<String, String> aggregates = new HashMap<>();
    private final WorkerThread thread;

    private KafkaEventEnds(App app, KafkaSettings settings, LogEnds ends) {
        this.ends = ends;
        Set<Aggregate<?, ?, ?>> read =
                app.readModels().stream().map(ReadModel::aggregate).collect(Collectors.toSet());
        for (Aggregate<?, ?, ?> aggregate : read) {
            String topic = TopicNames.events(app.name(), aggregate.name());
            aggregates.put(topic, aggregate.name());
            int partitions = Topics.partitions(app, aggregate, settings);
            for (int i = 0; i < partitions; i++) {
                asked.put(new TopicPartition(topic, i), OffsetSpec.latest());
            }
        }
        this.admin = Admin.create(settings.admin());
        this.thread = new WorkerThread("event-ends", this::step, () -> {}, () -> admin.close(Duration.ZERO));
    }

    /**
     * Begins to ask. Topics must exist.
     *
     * @param ends are told
     * @throws io.diptych.message.ProblemException when Kafka cannot be reached
     */
    public static KafkaEventEnds start(App app, KafkaSettings settings, LogEnds ends) {
        return new KafkaEventEnds(app, settings, ends);
    }

    private void step() {
        try {
            if (asked.isEmpty() || ask()) {
                Thread.sleep(AT_MOST_EVERY);
                ends.awaitDemand(EVERY.minus(AT_MOST_EVERY));
            } else {
                Thread.sleep(AFTER_FAILURE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether Kafka answered for all partitions. */
    private boolean ask() throws InterruptedException {
        long begun = System.nanoTime();
        Map<String, long[]> found = new HashMap<>();
        boolean complete = true;
        try {
            // Not where what readers may see ends: a command is answered when its commit is decided, and the marker
            // that lets
            // readers see its events is written a moment later.
            ListOffsetsResult result =
                    admin.listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED).timeoutMs((int)
                                    ANSWERS_WITHIN.toMillis()));
            for (TopicPartition partition : asked.keySet()) {
                long end = end(result, partition);
                complete &= end >= 0;
                found.computeIfAbsent(
                                java.util.Objects.requireNonNull(aggregates.get(partition.topic())),
                                a -> new long[partitions(partition.topic())])[partition.partition()] = end;
            }
        } catch (KafkaException e) {
            LOG.debug("Kafka cannot be asked where the events end: {}", e.toString());
            return false;
        }
        ends.sampled(begun, found);
        return complete;
    }

    private int partitions(String topic) {
        return (int)
                asked.keySet().stream().filter(p -> p.topic().equals(topic)).count();
    }

    private static long end(ListOffsetsResult result, TopicPartition partition) throws InterruptedException {
        try {
            return result.partitionResult(partition)
                    .get(ANSWERS_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                    .offset();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("Kafka does not say where [{}] ends: {}", partition, e.toString());
            return -1;
        }
    }

    @Override
    public void close() {
        thread.close();
    }
}
