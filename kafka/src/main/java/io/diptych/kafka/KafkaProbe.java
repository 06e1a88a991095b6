package io.diptych.kafka;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;

/** Knows whether Kafka answers, by asking every second, so that callers are told at once when it does not. */
final class KafkaProbe implements AutoCloseable {

    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(2);

    private final Admin admin;
    private final WorkerThread thread;
    private volatile boolean up = true;

    KafkaProbe(KafkaSettings settings, String replyTopic) {
        this.admin = Admin.create(settings.admin());
        this.thread =
                new WorkerThread("kafka-probe of " + replyTopic, this::ask, () -> {}, () -> admin.close(Duration.ZERO));
    }

    /** Whether Kafka answered when it was last asked. */
    boolean up() {
        return up;
    }

    @Override
    public void close() {
        thread.close();
    }

    private void ask() {
        try {
            up = !admin.describeCluster()
                    .nodes()
                    .get(ANSWERS_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                    .isEmpty();
        } catch (ExecutionException | TimeoutException e) {
            up = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LockSupport.parkNanos(EVERY.toNanos());
    }
}
