package io.diptych.command.internal;

import io.diptych.message.LogRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The partitions that a worker owns and does not serve yet: former owners are ended, what is kept of the partition is
 * brought in, and its events are read up to where the log ended then.
 */
final class Takeovers {

    private static final Duration RESTORE_STEP = Duration.ofMillis(50);
    private static final Duration READ_STEP = Duration.ofMillis(50);

    /** Of reading nothing though there is more: longer than a broker takes to end what a client left open. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Of events, how many are read again when the last one that tells which commands were handled is not known. */
    private static final int LOOK_BACK = 16;

    /**
     * How far one is.
     *
     * @param alone nobody else has anything open there any more
     * @param end what to read up to; null until the partition's store is ready for events
     * @param from what is read from
     */
    private record Takeover(boolean alone, @Nullable Long end, long from) {
        static final Takeover BEGIN = new Takeover(false, null, 0);
        static final Takeover ALONE = new Takeover(true, null, 0);
    }

    private final CommandLog log;
    private final IntFunction<OwnedPartition<?, ?, ?>> owned;
    private final InstantSource clock;
    private final Map<Integer, Takeover> takeovers = new TreeMap<>();

    /** When something was read last, or is about to be. */
    private Instant movedAt;

    Takeovers(CommandLog log, IntFunction<OwnedPartition<?, ?, ?>> owned, InstantSource clock) {
        this.log = log;
        this.owned = owned;
        this.clock = clock;
        this.movedAt = clock.instant();
    }

    boolean isEmpty() {
        return takeovers.isEmpty();
    }

    int size() {
        return takeovers.size();
    }

    boolean isOf(int partition) {
        return takeovers.containsKey(partition);
    }

    /** The partition was just assigned. */
    void begin(int partition) {
        movedAt = clock.instant();
        takeovers.put(partition, Takeover.BEGIN);
    }

    /** After a failure, of a partition that is still owned, as far as is known. */
    void beginAgain(int partition) {
        Takeover before = takeovers.get(partition);
        if (before != null) {
            log.unfollowEvents(partition);
        }
        takeovers.put(partition, before == null || before.alone() ? Takeover.ALONE : Takeover.BEGIN);
    }

    /** The partition is no longer owned. */
    void giveUp(int partition) {
        if (takeovers.remove(partition) != null) {
            log.unfollowEvents(partition);
        }
    }

    /** Goes on with all of them; returns the partitions that can be served now. */
    List<Integer> goOn() {
        if (takeovers.isEmpty()) {
            return List.of();
        }
        takeovers.replaceAll(this::begun);
        List<LogRecord> events = log.readEvents(READ_STEP);
        for (LogRecord event : events) {
            owned.apply(event.partition()).replay(event);
        }
        var done = new ArrayList<Integer>();
        for (int partition : List.copyOf(takeovers.keySet())) {
            if (isDone(partition)) {
                giveUp(partition);
                done.add(partition);
            }
        }
        if (!events.isEmpty() || !done.isEmpty()) {
            movedAt = clock.instant();
        }
        return done;
    }

    /** What is in the way, for people; null as long as it goes on. */
    @Nullable
    String obstacle() {
        return movedAt.plus(PATIENCE).isBefore(clock.instant())
                ? "the events or snapshots of partitions " + takeovers.keySet() + " cannot be read further since "
                        + movedAt + ", as a transaction is open before them that nobody ends: see"
                        + " docs/kafka-contract.md, \"A transaction that never ends\""
                : null;
    }

    private Takeover begun(int partition, Takeover takeover) {
        if (!takeover.alone()) {
            log.endFormerOwner(partition);
            return begun(partition, Takeover.ALONE);
        }
        if (takeover.end() != null) {
            return takeover;
        }
        OwnedPartition<?, ?, ?> restored = owned.apply(partition);
        AggregateStore.Restoring restoring = restored.restore(RESTORE_STEP);
        if (restoring != AggregateStore.Restoring.WAITS) {
            movedAt = clock.instant();
        }
        if (restoring != AggregateStore.Restoring.DONE) {
            return takeover;
        }
        long end = log.eventsEnd(partition);
        long next = restored.nextEvent(end);
        boolean lookBack = next == end && !restored.knowsNextCommand();
        return follow(partition, lookBack ? end - LOOK_BACK : next, end);
    }

    private boolean isDone(int partition) {
        Takeover takeover = takeovers.get(partition);
        if (takeover == null || takeover.end() == null) {
            return false;
        }
        long end = takeover.end();
        OwnedPartition<?, ?, ?> replayed = owned.apply(partition);
        long position = log.eventsPosition(partition);
        replayed.replayed(position);
        if (position < end) {
            return false;
        }
        if (takeover.from() > 0 && !replayed.knowsNextCommand()) {
            // All that was read were markers, or what others wrote: further back.
            takeovers.put(partition, follow(partition, end - 4 * (end - takeover.from()), end));
            return false;
        }
        return true;
    }

    private Takeover follow(int partition, long from, long end) {
        long first = Math.max(0, from);
        log.followEvents(partition, first);
        return new Takeover(true, end, first);
    }
}
