package io.diptych.postgres;

import io.diptych.message.ConsistencyToken.Point;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Queries that wait for a read model to pass a point. They hold no connection and do not poll: progress wakes them. */
final class Waiters {

    private record Place(String readModel, int generation, int partition) {}

    private final Set<Waiter> waiting = ConcurrentHashMap.newKeySet();

    /** The positions that were heard of last; of those not heard of nothing is known. */
    private final Map<Place, Long> heard = new ConcurrentHashMap<>();

    /** Wakes whoever waits for that. */
    void wake(Progress progress) {
        // Of this process's own moves one hears twice, the second time late.
        heard.merge(
                new Place(progress.readModel(), progress.generation(), progress.partition()),
                progress.position(),
                Math::max);
        for (Waiter waiter : waiting) {
            waiter.offer(progress);
        }
    }

    /** Has everyone look again; what was heard counts no longer. */
    void wakeAll() {
        heard.clear();
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

        /** Whether that generation had not passed all points when it was last heard of: looking would be in vain. */
        boolean isBehind(int ofGeneration) {
            return points.stream().anyMatch(point -> {
                Long position = heard.get(new Place(readModel, ofGeneration, point.partition()));
                return position != null && position <= point.offset();
            });
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
