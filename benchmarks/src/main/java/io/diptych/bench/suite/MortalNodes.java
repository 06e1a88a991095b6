package io.diptych.bench.suite;

import io.diptych.bench.bed.Bed;
import io.diptych.bench.bed.Child;
import io.diptych.bench.load.HttpApi;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Nodes that are alike, of which one after the other is killed at random and started again, under the same id. */
final class MortalNodes implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long ASKS_AGAIN_AFTER_MILLIS = 100;

    private final List<Slot> slots = new ArrayList<>();

    /** Starts a node. */
    interface Start {

        /** @param times that it was started before */
        Child start(String id, int times);
    }

    /** A request to some node. */
    interface Request<T> {
        T to(HttpApi api) throws InterruptedException;
    }

    /** Starts all of them; returns when they are ready. */
    MortalNodes(List<String> ids, Start start) throws InterruptedException {
        List<Child> first = ids.stream().map(id -> start.start(id, 0)).toList();
        for (int i = 0; i < ids.size(); i++) {
            slots.add(new Slot(ids.get(i), start, first.get(i)));
        }
    }

    /** Has one that is alive answer, another one when it is killed meanwhile. */
    <T> T ask(Request<T> request) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (int call = 0; ; call++) {
            HttpApi api = slots.get(call % slots.size()).api;
            try {
                return request.to(api);
            } catch (RuntimeException e) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            "After " + PATIENCE.toMinutes() + " minutes no node has answered: " + e.getMessage(), e);
                }
            }
            Thread.sleep(ASKS_AGAIN_AFTER_MILLIS);
        }
    }

    /** Begins to kill them, each time within so many milliseconds of the moment in which all are ready. */
    Killing kill(SplittableRandom random, int withinMillis) {
        return new Killing(random, withinMillis);
    }

    @Override
    public void close() {
        slots.forEach(Slot::close);
    }

    /** Goes on until it is closed; then all nodes are alive, or it fails. */
    final class Killing implements AutoCloseable {

        private final SplittableRandom random;
        private final int withinMillis;
        private final CountDownLatch ended = new CountDownLatch(1);
        private final AtomicInteger kills = new AtomicInteger();
        private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        private final Thread thread;

        private Killing(SplittableRandom random, int withinMillis) {
            this.random = random;
            this.withinMillis = withinMillis;
            this.thread = Thread.ofPlatform().name("killer").start(this::run);
        }

        private void run() {
            try {
                while (!ended.await(random.nextInt(withinMillis), TimeUnit.MILLISECONDS)) {
                    Slot slot = slots.get(random.nextInt(slots.size()));
                    slot.kill();
                    kills.incrementAndGet();
                    slot.start();
                }
            } catch (RuntimeException e) {
                failure.set(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** So far; fails when a node did not come up again, or ended by itself. */
        int kills() {
            Exception failed = failure.get();
            if (failed != null) {
                throw new IllegalStateException(failed.getMessage(), failed);
            }
            return kills.get();
        }

        @Override
        public void close() {
            ended.countDown();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            int unused = kills();
        }
    }

    private static final class Slot {

        private final String id;
        private final Start start;
        private int times = 1;
        private Child child;
        private volatile HttpApi api;

        Slot(String id, Start start, Child first) throws InterruptedException {
            this.id = id;
            this.start = start;
            this.child = first;
            this.api = ready(first);
        }

        private static HttpApi ready(Child child) throws InterruptedException {
            return new HttpApi(child.awaitReady(Bed.STARTS_WITHIN).address());
        }

        void kill() throws InterruptedException {
            child.requireAlive();
            child.kill();
        }

        void start() throws InterruptedException {
            child = start.start(id, times++);
            HttpApi former = api;
            api = ready(child);
            former.close();
        }

        void close() {
            api.close();
            child.close();
        }
    }
}
