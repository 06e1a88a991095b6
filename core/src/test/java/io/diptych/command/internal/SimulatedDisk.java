package io.diptych.command.internal;

import io.diptych.command.internal.Interference.Point;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What outlives a process: for each partition a checkpoint, written now and then. A crash loses what came after it; a
 * damaged one is as good as none.
 */
final class SimulatedDisk {

    /** Aggregates as bytes, where their events stand, and the position that both are at. */
    private record Checkpoint(Map<String, byte[]> aggregates, List<AggregateStore.Place> places, long nextEvent) {}

    private static final AggregateStateCodec<Integer> CODEC = new AggregateStateCodec<>(new Bank.Balances());

    private final Map<Integer, Checkpoint> checkpoints = new HashMap<>();

    /** Loses one; false when there is none. */
    boolean damage(int partition) {
        return checkpoints.remove(partition) != null;
    }

    Store open(int partition, Interference interference) {
        return new Store(partition, checkpoints.get(partition), interference);
    }

    /** Keeps all in memory and writes a checkpoint at moments that chance gives. */
    final class Store implements AggregateStore<Integer> {
        private final int partition;
        private final Interference interference;
        private final @Nullable Checkpoint found;
        private final MemoryAggregateStore<Integer> memory = new MemoryAggregateStore<>();
        private final Map<String, byte[]> written = new TreeMap<>();
        private boolean restored;

        private Store(int partition, @Nullable Checkpoint found, Interference interference) {
            this.partition = partition;
            this.found = found;
            this.interference = interference;
        }

        @Override
        public boolean restore(Duration atMost) {
            if (restored) {
                return true;
            }
            if (interference.chance(30)) {
                return false;
            }
            if (found != null) {
                var states = new HashMap<String, AggregateState<Integer>>();
                found.aggregates().forEach((id, bytes) -> states.put(id, CODEC.decode(bytes)));
                memory.put(states, found.places(), found.nextEvent());
                written.putAll(found.aggregates());
                interference.reached("checkpoint restored");
            }
            restored = true;
            return true;
        }

        @Override
        public @Nullable AggregateState<Integer> get(String id) {
            return memory.get(id);
        }

        @Override
        public void put(Map<String, AggregateState<Integer>> changed, List<Place> events, long nextEvent) {
            interference.at(Point.APPLY);
            memory.put(changed, events, nextEvent);
            changed.forEach((id, state) -> written.put(id, CODEC.encode(state)));
            if (interference.chance(20)) {
                write();
            }
            interference.at(Point.APPLIED);
        }

        private void write() {
            var places = written.keySet().stream()
                    .flatMap(id -> memory.events(id, 1, Integer.MAX_VALUE).stream())
                    .toList();
            checkpoints.put(partition, new Checkpoint(Map.copyOf(written), places, memory.nextEvent()));
        }

        @Override
        public long nextEvent() {
            return memory.nextEvent();
        }

        @Override
        public void clear() {
            memory.clear();
            written.clear();
        }

        @Override
        public List<Place> events(String id, long fromVersion, int limit) {
            return memory.events(id, fromVersion, limit);
        }

        @Override
        public void close() {
            if (restored && interference.chance(50)) {
                write();
            }
        }
    }
}
