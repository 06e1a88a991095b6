package io.diptych.kafka;

import static org.awaitility.Awaitility.await;

import io.diptych.command.CommandReply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Callers that create orders without a pause, one caller for each partition, each waiting for its answer. */
final class SteadyOrders implements AutoCloseable {

    /**
     * An order, when it was sent and when the answer came, by {@link System#nanoTime()}.
     *
     * @param place of its event, as the answer tells it
     */
    record Answered(String id, int partition, long sentAt, long answeredAt, String place) {
        Duration took() {
            return Duration.ofNanos(answeredAt - sentAt);
        }
    }

    private static final Duration BETWEEN = Duration.ofMillis(2);

    private final ShopCluster shop;
    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final Queue<Answered> answered = new ConcurrentLinkedQueue<>();
    private final Queue<Object> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    SteadyOrders(ShopCluster shop) {
        this.shop = shop;
        for (int partition = 0; partition < shop.partitions(); partition++) {
            int own = partition;
            callers.execute(() -> create(own));
        }
    }

    private void create(int partition) {
        for (int i = 0; !closed; i++) {
            String id = "p" + partition + "-" + i;
            if (shop.partitionOf(id) != partition) {
                continue;
            }
            long sentAt = System.nanoTime();
            try {
                CommandReply reply = shop.create(id);
                if (reply instanceof CommandReply.Accepted accepted) {
                    String place = accepted.token().toString();
                    answered.add(new Answered(id, partition, sentAt, System.nanoTime(), place));
                } else {
                    failures.add(reply);
                }
            } catch (Exception e) {
                failures.add(e);
            }
            LockSupport.parkNanos(BETWEEN.toNanos());
        }
    }

    /** What was not simply accepted. */
    List<Object> failures() {
        return List.copyOf(failures);
    }

    /** The orders that were created, by the time of their answers. */
    List<Answered> answered() {
        var all = new ArrayList<>(answered);
        all.sort(Comparator.comparingLong(Answered::answeredAt));
        return all;
    }

    /** The first order of the partition that was sent after that time, once it is answered. */
    Answered firstSentAfter(int partition, long time) {
        return await().atMost(ShopCluster.PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(
                        () -> answered().stream()
                                .filter(order -> order.partition() == partition && order.sentAt() > time)
                                .findFirst()
                                .orElse(null),
                        found -> found != null);
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        callers.shutdown();
        if (!callers.awaitTermination(ShopCluster.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            failures.add("some caller has no answer");
            callers.shutdownNow();
        }
    }
}
