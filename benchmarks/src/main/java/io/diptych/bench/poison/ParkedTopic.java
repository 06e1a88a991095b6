package io.diptych.bench.poison;

import io.diptych.bench.load.LifeCycle;
import io.diptych.bench.load.TopicReader;
import io.diptych.message.Headers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.LongStream;

/** The topic on which each parked event is told, as any Kafka client sees it. */
public final class ParkedTopic {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String kafka;
    private final String topic;

    private ParkedTopic(String kafka, String topic) {
        this.kafka = kafka;
        this.topic = topic;
    }

    /** That one. */
    public static ParkedTopic of(String kafka, String topic) {
        return new ParkedTopic(kafka, topic);
    }

    /**
     * Waits until the events that waited are there, the last ones of each of those orders in their order, and fails if
     * anything else is.
     *
     * @param once a record that came before may come again only where nodes were killed
     */
    public void require(Map<String, Long> waiting, boolean once) {
        var wanted = new HashMap<String, List<Long>>();
        long steps = LifeCycle.STEPS.size();
        waiting.forEach((key, events) -> wanted.put(
                key, LongStream.rangeClosed(steps - events + 1, steps).boxed().toList()));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Map<String, List<Long>> told = told(once);
        while (!told.equals(wanted) && System.nanoTime() < deadline) {
            told = told(once);
        }
        if (!told.equals(wanted)) {
            throw wrong(wanted, told);
        }
    }

    private IllegalStateException wrong(Map<String, List<Long>> wanted, Map<String, List<Long>> told) {
        var keys = new TreeSet<>(wanted.keySet());
        keys.addAll(told.keySet());
        String first = keys.stream()
                .filter(key -> !Objects.equals(wanted.get(key), told.get(key)))
                .findFirst()
                .orElseThrow();
        return new IllegalStateException("The topic [" + topic + "] has " + told.size() + " keys where " + wanted.size()
                + " were parked, and of the key [" + first + "] it has the versions [" + told.get(first) + "] where ["
                + wanted.get(first) + "] were");
    }

    /** The versions of each order in the order in which they came. */
    private Map<String, List<Long>> told(boolean once) {
        var told = new HashMap<String, List<Long>>();
        try (var reader = new TopicReader(kafka, topic)) {
            reader.readAll(record -> {
                String version =
                        new String(record.headers().lastHeader(Headers.SEQUENCE).value(), StandardCharsets.UTF_8);
                List<Long> of = told.computeIfAbsent(
                        new String(record.key(), StandardCharsets.UTF_8), key -> new ArrayList<>());
                if (once || !of.contains(Long.parseLong(version))) {
                    of.add(Long.parseLong(version));
                }
            });
        }
        return told;
    }
}
