package io.diptych.kafka.checkpoint;

import io.diptych.command.internal.AggregateState;
import io.diptych.command.internal.AggregateStore.Place;
import io.diptych.message.internal.LogException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What changed in a partition and is not written yet: aggregates, places of events, and the position that they are at.
 * One thread adds, another takes and writes; who adds faster than can be written is held up, so that memory stays
 * bounded.
 */
final class UnwrittenChanges<S> {

    private static final Logger LOG = LoggerFactory.getLogger(UnwrittenChanges.class);

    /** Changes that are written together, and the position that they bring what is written to. */
    record Batch<S>(Map<String, AggregateState<S>> states, List<Place> places, long position) {}

    private final int partition;

    /** Guarded by {@code this}, as all below. */
    private Map<String, AggregateState<S>> states = new HashMap<>();

    private List<Place> places = new ArrayList<>();
    private Map<String, AggregateState<S>> taken = Map.of();
    private long position;
    private long written = -1;
    private @Nullable String failure;
    private boolean closed;

    UnwrittenChanges(int partition) {
        this.partition = partition;
    }

    /** Continues after what is written up to there. */
    synchronized void beginAt(long next) {
        position = next;
        written = next;
    }

    /** Forgets everything, with what is written. */
    synchronized void clear() {
        states.clear();
        places.clear();
        position = 0;
        written = -1;
    }

    /** The offset of the first event that is not taken up. */
    synchronized long position() {
        return position;
    }

    /** The aggregate as it was changed; null when it was not. */
    synchronized @Nullable AggregateState<S> state(String id) {
        AggregateState<S> changed = states.get(id);
        return changed != null ? changed : taken.get(id);
    }

    /** Places of the aggregate's events from that version on, in order. */
    synchronized List<Place> places(String id, long fromVersion) {
        return places.stream()
                .filter(place -> place.id().equals(id) && place.version() >= fromVersion)
                .toList();
    }

    /**
     * Takes more up; returns whether it is time to write.
     *
     * @throws LogException when there is no room, and writing fails
     */
    synchronized boolean add(Map<String, AggregateState<S>> more, List<Place> morePlaces, long next) {
        if (isFull() && failure != null) {
            throw new LogException("Nothing more can be taken up: " + failure, new IllegalStateException(failure));
        }
        states.putAll(more);
        places.addAll(morePlaces);
        position = next;
        return states.size() >= Checkpoints.FLUSH_AT || places.size() >= Checkpoints.FLUSH_AT;
    }

    /** Waits until there is room, or until it is known that there will be none for now. */
    synchronized void awaitRoom() {
        try {
            while (isFull() && failure == null && !closed) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LogException("Interrupted while a checkpoint is written", e);
        }
    }

    private boolean isFull() {
        return states.size() >= Checkpoints.MOST_CHANGED || places.size() >= Checkpoints.MOST_CHANGED;
    }

    /** What is to be written now; null when nothing is. */
    synchronized @Nullable Batch<S> take() {
        if (position == written) {
            return null;
        }
        taken = states;
        states = new HashMap<>();
        return new Batch<>(taken, List.copyOf(places), position);
    }

    synchronized void wrote(Batch<S> batch) {
        taken = Map.of();
        places = new ArrayList<>(places.subList(batch.places().size(), places.size()));
        written = batch.position();
        if (failure != null) {
            LOG.info("Partition [{}]: what was held back is written", partition);
        }
        failure = null;
        notifyAll();
    }

    /** The batch is still to be written. */
    synchronized void notWritten(Batch<S> batch, Exception cause) {
        batch.states().forEach(states::putIfAbsent);
        taken = Map.of();
        String message = String.valueOf(cause.getMessage());
        if (!message.equals(failure)) {
            LOG.atLevel(cause instanceof CheckpointException ? Level.WARN : Level.INFO)
                    .log("Partition [{}]: nothing is written behind for now: {}", partition, message);
        }
        failure = message;
        notifyAll();
    }

    /** Holds up nobody any more. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
