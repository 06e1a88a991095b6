package io.diptych.server.internal;

import io.diptych.command.CommandGateway.Reply;
import io.diptych.command.CommandReply;
import io.diptych.message.ConsistencyToken;
import io.diptych.server.internal.Flow.Moment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The flows of the last commands through this gateway, and the means to wait for news of them. */
public final class Flows {

    private static final int KEPT = 1000;

    private final AtomicReferenceArray<@Nullable Flow> ring = new AtomicReferenceArray<>(KEPT);
    private final AtomicLong begun = new AtomicLong();
    private final Map<String, Flow> byId = new ConcurrentHashMap<>(2 * KEPT);
    private final Progress progress = new Progress();

    private final AtomicInteger watchers = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private long newsCount;

    /** A read model's position moved, on whatever node. */
    public void moved(String readModel, int partition, long position) {
        progress.moved(readModel, partition, position);
        changed();
    }

    Flow begin(String commandId, String type, byte[] body) {
        var flow = new Flow(commandId, type, body, this::changed);
        Flow oldest = ring.getAndSet((int) (begun.getAndIncrement() % KEPT), flow);
        if (oldest != null) {
            byId.remove(oldest.commandId(), oldest);
        }
        byId.put(commandId, flow);
        changed();
        return flow;
    }

    /** A query that had to have seen the token was answered. */
    void queried(@Nullable ConsistencyToken token, String readModel) {
        if (token == null) {
            return;
        }
        // Nearly always that of one of the latest: a list of all of them, for each query, would cost more than the
        // query.
        long newest = begun.get() - 1;
        for (long i = newest; i >= 0 && i > newest - KEPT; i--) {
            Flow flow = ring.get((int) (i % KEPT));
            if (flow != null && token.equals(tokenOf(flow))) {
                flow.queried(readModel);
                return;
            }
        }
    }

    private static @Nullable ConsistencyToken tokenOf(Flow flow) {
        Moment<Reply> replied = flow.replied();
        return replied != null && replied.value().outcome() instanceof CommandReply.Accepted accepted
                ? accepted.token()
                : null;
    }

    @Nullable
    Flow find(String commandId) {
        return byId.get(commandId);
    }

    /** The latest flows, newest first. */
    List<Flow> recent(int limit) {
        var flows = new ArrayList<Flow>();
        long newest = begun.get() - 1;
        for (long i = newest; i >= 0 && i > newest - KEPT && flows.size() < limit; i--) {
            Flow flow = ring.get((int) (i % KEPT));
            if (flow != null) {
                flows.add(flow);
            }
        }
        return flows;
    }

    Progress progress() {
        return progress;
    }

    private void changed() {
        if (watchers.get() > 0) {
            wakeUp();
        }
    }

    /** Makes all watchers look again. */
    void wakeUp() {
        lock.lock();
        try {
            newsCount++;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for news; must be closed. */
    Watch watch() {
        watchers.incrementAndGet();
        return new Watch();
    }

    int watchers() {
        return watchers.get();
    }

    /** Somebody's place in the stream of news. */
    final class Watch implements AutoCloseable {
        private long seen = -1;

        /** Returns true as soon as there is news that this watch has not seen, and false after the time. */
        boolean await(Duration atMost) throws InterruptedException {
            long nanos = atMost.toNanos();
            lock.lock();
            try {
                while (newsCount == seen && nanos > 0) {
                    nanos = news.awaitNanos(nanos);
                }
                boolean isNews = newsCount != seen;
                seen = newsCount;
                return isNews;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            watchers.decrementAndGet();
        }
    }
}
