package io.diptych.server.internal;

import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/** When each read model passed which position, as far back as memory goes. */
final class Progress {

    /** Moves remembered per read model and partition: some seconds of a busy projection. */
    private static final int REMEMBERED = 1024;

    private final Map<Partition, History> histories = new ConcurrentHashMap<>();

    private record Partition(String readModel, int number) {}

    /** A ring of moves; positions only grow. */
    private static final class History {
        private final long[] positions = new long[REMEMBERED];
        private final long[] nanos = new long[REMEMBERED];
        private long count;

        synchronized void add(long position, long now) {
            positions[(int) (count % REMEMBERED)] = position;
            nanos[(int) (count % REMEMBERED)] = now;
            count++;
        }

        synchronized OptionalLong passed(long offset) {
            long oldest = Math.max(0, count - REMEMBERED);
            long found = -1;
            for (long i = count - 1; i >= oldest && positions[(int) (i % REMEMBERED)] > offset; i--) {
                found = i;
            }
            return found < 0 ? OptionalLong.empty() : OptionalLong.of(nanos[(int) (found % REMEMBERED)]);
        }
    }

    void moved(String readModel, int partition, long position) {
        histories
                .computeIfAbsent(new Partition(readModel, partition), p -> new History())
                .add(position, System.nanoTime());
    }

    /** When the event at that offset was first seen to be applied, in {@link System#nanoTime}; empty if not yet. */
    OptionalLong passed(String readModel, int partition, long offset) {
        History history = histories.get(new Partition(readModel, partition));
        return history == null ? OptionalLong.empty() : history.passed(offset);
    }
}
