package io.diptych.command.internal;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which transactions have to add positions of the command log. Most need not, which saves the brokers half of their work:
 * the events of a transaction tell as well which commands were handled. Positions are added
 *
 * <ul>
 *   <li>when the last command of a partition led to no event: nothing else would tell that it was handled;
 *   <li>in the first transaction after a partition was taken over: the brokers check with it that this worker is the owner,
 *       and whoever takes over next learns whose producers to have refused;
 *   <li>every five seconds, as often as Kafka's own consumers do, for people who look at how far the group has come.
 * </ul>
 */
final class CommandPositions {

    private static final Duration ADDED_EVERY = Duration.ofSeconds(5);

    private final Map<Integer, Long> notAdded = new TreeMap<>();
    private final Set<Integer> unsigned = new HashSet<>();
    private Instant added = Instant.EPOCH;

    /** The partition was taken over, and is gone on with at that command. */
    void takenOver(int partition, long nextCommand) {
        notAdded.put(partition, nextCommand);
        unsigned.add(partition);
    }

    /** What the batch's transaction has to add: of all partitions that have not said it, or nothing. */
    Map<Integer, Long> toAdd(CommandBatch batch, Instant now) {
        if (batch.isToldByEvents() && !isDue(now)) {
            return Map.of();
        }
        var all = new TreeMap<>(notAdded);
        all.putAll(batch.nextCommands());
        return all;
    }

    /** Whether there are positions that have waited for long enough, or of partitions that were just taken over. */
    boolean isDue(Instant now) {
        return !unsigned.isEmpty()
                || !notAdded.isEmpty() && Duration.between(added, now).abs().compareTo(ADDED_EVERY) >= 0;
    }

    /** The batch was committed, with these positions. */
    void committed(CommandBatch batch, Map<Integer, Long> positions, Instant now) {
        if (positions.isEmpty()) {
            notAdded.putAll(batch.nextCommands());
        } else {
            notAdded.clear();
            unsigned.clear();
            added = now;
        }
    }

    /** These partitions are no longer owned, or are to be taken over once more. */
    void forget(Collection<Integer> partitions) {
        notAdded.keySet().removeAll(partitions);
        unsigned.removeAll(partitions);
    }
}
