package io.diptych.projection.internal;

import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import io.diptych.message.internal.OwnershipListener;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An event topic in memory and a reader of all its partitions. */
final class MemoryFeed implements EventFeed {

    static final int PARTITIONS = 2;

    private record Event(int partition, long offset, byte[] value, List<Header> headers) implements LogRecord {
        @Override
        public String topic() {
            return "talk.word.events";
        }

        @Override
        public byte @Nullable [] key() {
            return null;
        }

        @Override
        public byte @Nullable [] header(String name) {
            for (Header header : headers) {
                if (header.name().equals(name)) {
                    return header.value();
                }
            }
            return null;
        }
    }

    /** What was said, on each partition. */
    static final class Log {
        private final Map<Integer, List<@Nullable Event>> partitions = new TreeMap<>();
        private final Map<String, Integer> expected = new TreeMap<>();

        void add(int partition, String... words) {
            for (String word : words) {
                expected.merge(word, 1, Integer::sum);
                store(
                        partition,
                        word,
                        List.of(
                                Header.text(Headers.ID, "e"),
                                Header.text(Headers.TYPE, "Said"),
                                Header.text(Headers.SUBJECT, word),
                                Header.text(Headers.SEQUENCE, "1"),
                                Header.text(Headers.TIME, "2026-01-01T00:00:00Z")));
            }
        }

        void addForeign(int partition) {
            store(partition, "noise", List.of());
        }

        /** Takes an offset and is no event. */
        void addEndOfTransaction(int partition) {
            events(partition).add(null);
        }

        Map<Integer, Long> ends() {
            Map<Integer, Long> ends = new TreeMap<>();
            partitions.forEach((partition, events) -> {
                if (!events.isEmpty()) {
                    ends.put(partition, (long) events.size());
                }
            });
            return ends;
        }

        Map<String, Integer> expected() {
            return expected;
        }

        private void store(int partition, String word, List<Header> headers) {
            List<@Nullable Event> events = events(partition);
            events.add(new Event(partition, events.size(), word.getBytes(), headers));
        }

        private List<@Nullable Event> events(int partition) {
            return partitions.computeIfAbsent(partition, p -> new ArrayList<>());
        }
    }

    private final Log log;
    private final Map<Integer, Long> next = new HashMap<>();
    private final Set<Integer> paused = new HashSet<>();
    private final Deque<Runnable> beforePolls = new ArrayDeque<>();
    private boolean assigned;

    MemoryFeed(Log log) {
        this.log = log;
    }

    /** What happens before each of the next polls. */
    void beforePolls(Runnable... happenings) {
        beforePolls.addAll(List.of(happenings));
    }

    @Override
    public List<LogRecord> poll(Duration maxWait, OwnershipListener listener) {
        Runnable happening = beforePolls.poll();
        if (happening != null) {
            happening.run();
        }
        if (!assigned) {
            assigned = true;
            for (int i = 0; i < PARTITIONS; i++) {
                paused.add(i);
                listener.assigned(List.of(i));
            }
        }
        var records = new ArrayList<LogRecord>();
        for (int i = 0; i < PARTITIONS; i++) {
            if (!paused.contains(i)) {
                List<@Nullable Event> events = log.events(i);
                for (Event event : events.subList((int) next(i), events.size())) {
                    if (event != null) {
                        records.add(event);
                    }
                }
                next.put(i, (long) events.size());
            }
        }
        return records;
    }

    @Override
    public void seek(int partition, long offset) {
        next.put(partition, offset);
    }

    @Override
    public void pause(int partition) {
        paused.add(partition);
    }

    @Override
    public void resume(int partition) {
        paused.remove(partition);
    }

    @Override
    public long next(int partition) {
        return next.getOrDefault(partition, 0L);
    }

    @Override
    public int partitions() {
        return PARTITIONS;
    }

    @Override
    public long behind(int partition) {
        return log.events(partition).size() - next(partition);
    }

    @Override
    public void close() {}
}
