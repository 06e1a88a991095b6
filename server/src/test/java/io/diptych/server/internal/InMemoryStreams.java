package io.diptych.server.internal;

import io.diptych.message.Problem;
import io.diptych.projection.RowStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A log of events that streams tell, from the beginning or from behind the event whose id they are given. */
final class InMemoryStreams {

    private final List<RowStream.Event> events = new ArrayList<>();
    final AtomicInteger open = new AtomicInteger();
    final AtomicInteger looks = new AtomicInteger();
    volatile boolean away;

    synchronized void add(RowStream.Kind kind, @Nullable String id, String json) {
        events.add(new RowStream.Event(kind, id, json));
        notifyAll();
    }

    RowStream open(@Nullable String lastId) {
        open.incrementAndGet();
        return new Stream(lastId);
    }

    private int after(@Nullable String lastId) {
        for (int i = 0; lastId != null && i < events.size(); i++) {
            if (lastId.equals(events.get(i).id())) {
                return i + 1;
            }
        }
        return 0;
    }

    private final class Stream implements RowStream {
        private int next;
        private boolean closed;
        private @Nullable String id;

        Stream(@Nullable String lastId) {
            next = after(lastId);
        }

        @Override
        public Portion next(Duration atMost) throws InterruptedException {
            synchronized (InMemoryStreams.this) {
                looks.incrementAndGet();
                long deadline = System.nanoTime() + atMost.toNanos();
                while (!closed) {
                    if (away) {
                        throw Problem.Type.UNAVAILABLE.exception("The database cannot be used now: try again");
                    }
                    if (next < events.size()) {
                        Event event = events.get(next++);
                        id = event.id();
                        return new Portion(List.of(event), id);
                    }
                    long millis = (deadline - System.nanoTime()) / 1_000_000;
                    if (millis <= 0) {
                        break;
                    }
                    InMemoryStreams.this.wait(millis);
                }
                return new Portion(List.of(), id);
            }
        }

        @Override
        public void close() {
            synchronized (InMemoryStreams.this) {
                if (!closed) {
                    closed = true;
                    open.decrementAndGet();
                    InMemoryStreams.this.notifyAll();
                }
            }
        }
    }
}
