package io.diptych.postgres;

import io.diptych.message.ConsistencyToken.Point;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Queries that wait for a read model to pass a point. They hold no connection and do not poll: progress wakes them. */
final class Waiters {

    private final Set<Waiter> waiting = ConcurrentHashMap.newKeySet();

    /** Wakes whoever waits for that. */
    void wake(Progress progress) {
        for (Waiter waiter : waiting) {
            waiter.offer(progress);
        }
    }

    /** Has everyone look again. */
    void wakeAll() {
        waiting.forEach(Waiter::wake);
    }

    /** Wakes at every move. */
    Waiter register(String readModel) {
        return register(readModel, List.of());
    }

    /** Registered from now on, so that what happens between looking and waiting is not missed. */
    Waiter register(String readModel, List<Point> points) {
        var waiter = new Waiter(readModel, points);
        waiting.add(waiter);
        return waiter;
    }

    /** One query's registration. */
    final class Waiter implements AutoCloseable {
        private final String readModel;
        private final List<Point> points;
        private volatile @Nullable Integer generation;
        private final Semaphore woken = new Semaphore(0);

        private Waiter(String readModel, List<Point> points) {
            this.readModel = readModel;
            this.points = points;
        }

        private void offer(Progress progress) {
            Integer only = generation;
            if (!readModel.equals(progress.readModel()) || only != null && only != progress.generation()) {
                return;
            }
            if (points.isEmpty()) {
                woken.release();
                return;
            }
            for (Point point : points) {
                if (point.partition() == progress.partition() && progress.position() > point.offset()) {
                    woken.release();
                    return;
                }
            }
        }

        /**
         * Until that generation passes one of the points, there is another reason to look again, or the time is over.
         *
         * @return whether there is a reason to look again
         */
        boolean await(int ofGeneration, long nanos) throws InterruptedException {
            generation = ofGeneration;
            if (!woken.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
                return false;
            }
            woken.drainPermits();
            return true;
        }

        /** Has it look again. */
        void wake() {
            woken.release();
        }

        @Override
        public void close() {
            waiting.remove(this);
        }
    }
}
