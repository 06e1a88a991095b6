package io.diptych.example.orders.e2e;

import io.diptych.message.LogRecord;
import io.diptych.message.internal.OwnershipListener;
import io.diptych.projection.internal.EventFeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Owns all partitions of a log and gives each event twice, whatever it is told: the second time before what comes next. */
final class StutteringFeed implements EventFeed {

    private final List<LogRecord> log;
    private final Random random = new Random(7);
    private final TreeMap<Integer, Long> past = new TreeMap<>();
    private List<LogRecord> again = List.of();
    private boolean assigned;
    private int next;

    StutteringFeed(List<LogRecord> log) {
        this.log = log;
    }

    boolean isDone() {
        return next == log.size() && again.isEmpty();
    }

    @Override
    public List<LogRecord> poll(Duration maxWait, OwnershipListener listener) {
        if (!assigned) {
            assigned = true;
            Set<Integer> partitions = new TreeSet<>();
            log.forEach(record -> partitions.add(record.partition()));
            listener.assigned(partitions);
            return List.of();
        }
        List<LogRecord> some = log.subList(next, Math.min(log.size(), next + 1 + random.nextInt(100)));
        next += some.size();
        some.forEach(record -> past.put(record.partition(), record.offset() + 1));
        var given = new ArrayList<>(again);
        given.addAll(some);
        again = some;
        return given;
    }

    @Override
    public long next(int partition) {
        return past.getOrDefault(partition, 0L);
    }

    @Override
    public int partitions() {
        return past.size();
    }

    @Override
    public long behind(int partition) {
        return -1;
    }

    @Override
    public void seek(int partition, long offset) {}

    @Override
    public void pause(int partition) {}

    @Override
    public void resume(int partition) {}

    @Override
    public void close() {}
}
