package io.diptych.kafka;

import static org.awaitility.Awaitility.await;

import io.diptych.TopicNames;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A reader of the shop's committed events that notes where each stands and when it sees it. */
final class CommittedEvents implements AutoCloseable {

    private record Seen(long at, String place) {}

    private final Map<String, List<Seen>> seen = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean closed;

    CommittedEvents(ShopCluster shop) {
        String topic = TopicNames.events(shop.app().name(), "order");
        List<TopicPartition> all = IntStream.range(0, shop.partitions())
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
        this.thread = Thread.ofPlatform().name("committed-events").start(() -> {
            var bytes = new ByteArrayDeserializer();
            try (var consumer = new KafkaConsumer<>(shop.settings("reader").consumer(), bytes, bytes)) {
                consumer.assign(all);
                consumer.seekToBeginning(all);
                while (!closed) {
                    consumer.poll(Duration.ofMillis(50)).forEach(this::note);
                }
            }
        });
    }

    private void note(ConsumerRecord<byte[], byte[]> event) {
        String id = new String(event.key(), StandardCharsets.UTF_8);
        String place = "order:" + event.partition() + ":" + event.offset();
        seen.computeIfAbsent(id, i -> new CopyOnWriteArrayList<>()).add(new Seen(System.nanoTime(), place));
    }

    /** When the order's first event was seen, by {@link System#nanoTime()}; waits for it. */
    long seenAt(String orderId) {
        await().atMost(ShopCluster.PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> seen.containsKey(orderId));
        return seen.get(orderId).getFirst().at();
    }

    /** Where the order's events stand, as far as was read. */
    List<String> places(String orderId) {
        return seen.getOrDefault(orderId, List.of()).stream().map(Seen::place).toList();
    }

    int orders() {
        return seen.size();
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.join();
    }
}
