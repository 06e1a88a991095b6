package io.diptych.projection.internal;

import io.diptych.message.LogRecord;
import io.diptych.projection.ProjectionStatus;
import io.diptych.projection.internal.RowStore.Move;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The partitions that a worker has, and how far it is in each. Where to go on is only what the store says. */
final class Positions {

    private final EventFeed feed;
    private final Set<Integer> owned = new HashSet<>();
    private final Map<Integer, Long> next = new HashMap<>();
    private final Map<Integer, Long> applied = new HashMap<>();

    Positions(EventFeed feed) {
        this.feed = feed;
    }

    void assigned(Collection<Integer> partitions) {
        owned.addAll(partitions);
    }

    void revoked(Collection<Integer> partitions) {
        owned.removeAll(partitions);
        next.keySet().removeAll(partitions);
    }

    /** Asks the store where to go on for partitions that are owned but not read yet. */
    void locate(RowStore<?> store) {
        Set<Integer> unknown = new HashSet<>(owned);
        unknown.removeAll(next.keySet());
        if (!unknown.isEmpty()) {
            store.positions(unknown).forEach((partition, offset) -> {
                next.put(partition, offset);
                feed.seek(partition, offset);
                feed.resume(partition);
            });
        }
    }

    /** Reads nothing until {@link #locate} has asked anew. */
    void forget() {
        next.clear();
        owned.forEach(feed::pause);
    }

    boolean knows(LogRecord record) {
        return next.containsKey(record.partition());
    }

    /** Those that are not in the rows yet, each once. The records are in order per partition but for those that come again. */
    List<LogRecord> ahead(List<LogRecord> records) {
        var ahead = new ArrayList<LogRecord>(records.size());
        Map<Integer, Long> upTo = new HashMap<>(next);
        int partition = -1;
        long from = 0;
        for (LogRecord record : records) {
            if (record.partition() != partition) { // They come in runs of one partition.
                upTo.put(partition, from);
                partition = record.partition();
                from = upTo.getOrDefault(partition, 0L);
            }
            if (record.offset() >= from) {
                ahead.add(record);
                from = record.offset() + 1;
            }
        }
        return ahead;
    }

    /** Of all partitions that were located. */
    Map<Integer, Long> all() {
        return Collections.unmodifiableMap(next);
    }

    /** @param last no more records have come, so the positions go to where the feed is */
    Map<Integer, Move> moves(List<LogRecord> records, boolean last) {
        Map<Integer, Move> moves = new TreeMap<>();
        for (LogRecord record : records) {
            Long from = next.get(record.partition());
            if (from == null) {
                throw new IllegalStateException("Partition " + record.partition() + " is not owned");
            }
            moves.put(record.partition(), new Move(from, record.offset() + 1));
        }
        if (last) {
            moves.replaceAll((partition, move) -> new Move(move.from(), Math.max(move.to(), feed.next(partition))));
        }
        return moves;
    }

    /** Over what is no event, where no event came with it. */
    Map<Integer, Move> movesOverNothing() {
        Map<Integer, Move> moves = new TreeMap<>();
        next.forEach((partition, position) -> {
            if (feed.next(partition) > position) {
                moves.put(partition, new Move(position, feed.next(partition)));
            }
        });
        return moves;
    }

    void moved(Map<Integer, Move> moves) {
        moves.forEach((partition, move) -> next.put(partition, move.to()));
    }

    void applied(List<LogRecord> records) {
        records.forEach(record -> applied.merge(record.partition(), 1L, Long::sum));
    }

    /** @param underWay moves that are not committed yet */
    Map<Integer, ProjectionStatus.Partition> status(Map<Integer, Move> underWay) {
        var partitions = new TreeMap<Integer, ProjectionStatus.Partition>();
        for (int partition : owned) {
            Move move = underWay.get(partition);
            @Nullable Long position = move == null ? next.get(partition) : (Long) move.from();
            partitions.put(
                    partition,
                    new ProjectionStatus.Partition(
                            position == null ? 0 : position,
                            position == null ? -1 : feed.behind(partition),
                            applied.getOrDefault(partition, 0L)));
        }
        return partitions;
    }
}
