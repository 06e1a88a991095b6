package io.diptych.projection.internal;

import io.diptych.message.LogRecord;
import io.diptych.message.MessageCodec;
import io.diptych.message.Recorded;
import io.diptych.projection.DeadLetters.Cause;
import io.diptych.projection.Projection;
import io.diptych.projection.ReadModel;
import io.diptych.projection.internal.NewLetter.Failure;
import io.diptych.projection.internal.RowStore.Folded;
import io.diptych.projection.internal.RowStore.Move;
import io.diptych.projection.internal.RowStore.Refusal;
import io.diptych.projection.internal.RowStore.Stored;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Folds a batch of events into rows, in memory. May be run more than once, as when a transaction is tried again.
 *
 * <p>An event that fails costs its own key only: the key's row stays as it was before that event, and this event and all
 * later ones of the key become dead letters. All other keys go on.
 */
public final class EventFold<E, R> implements RowStore.Fold<R> {

    /**
     * An event with the row it belongs to.
     *
     * @param event null when it could not be read, or has no key that can be told
     * @param unreadable why
     */
    private record Item<E>(
            LogRecord record,
            @Nullable Recorded<E> event,
            @Nullable Object key,
            @Nullable Throwable unreadable) {

        String name() {
            return key == null ? ParkingName.of(record) : ParkingName.of(key);
        }
    }

    private final Projection<E, R> projection;
    private final EventReader<E> reader;
    private final UnaryOperator<R> canonical;
    private final int attempts;
    private final List<Item<E>> items = new ArrayList<>();
    private final Set<Object> keys = new LinkedHashSet<>();
    private boolean ownRowsOnly = true;

    /**
     * An empty fold.
     *
     * @param canonical the row as it will be read back, so that a fold gives the same wherever its batch ends
     * @param attempts how often code of the application that throws is called for one event
     */
    public EventFold(ReadModel<E, R> readModel, MessageCodec<E> events, UnaryOperator<R> canonical, int attempts) {
        this.projection = readModel.projection();
        this.reader = new EventReader<>(events::decode);
        this.canonical = canonical;
        this.attempts = attempts;
    }

    /** Adds an event; one without a key concerns no row. */
    public void add(LogRecord record) {
        for (int attempt = 1; ; attempt++) {
            try {
                add(record, reader.read(record));
                return;
            } catch (RuntimeException | StackOverflowError e) {
                requireRunning(e);
                if (attempt >= attempts) {
                    items.add(new Item<>(record, null, null, e));
                    return;
                }
            }
        }
    }

    private void add(LogRecord record, Recorded<E> event) {
        Object key = projection.key(event.event());
        if (key != null) {
            items.add(new Item<>(record, event, key, null));
            keys.add(key);
            ownRowsOnly &= key.equals(event.aggregateId());
        }
    }

    /** All of it as a batch that moves positions so. */
    public RowStore.Batch<R> batch(Map<Integer, Move> moves) {
        return new RowStore.Batch<>(moves, keys, ownRowsOnly, this::names, this);
    }

    /** Under which the batch's events may be parked already. */
    private Set<String> names() {
        var names = new LinkedHashSet<String>();
        for (Item<E> item : items) {
            names.add(item.name());
            names.add(ParkingName.of(item.record()));
        }
        return names;
    }

    @Override
    public Folded<R> apply(Stored<R> stored) {
        var rows = new HashMap<Object, @Nullable R>(stored.rows());
        var parking = new Parking(stored.parked());
        var letters = new ArrayList<NewLetter>();
        var counts = new HashMap<Object, Integer>();
        for (Item<E> item : items) {
            NewLetter letter = parking.isEmpty() ? null : waiting(item, parking);
            if (letter == null) {
                letter = fold(item, rows, stored.refused(), counts);
            }
            if (letter != null) {
                parking.add(letter.key(), letter.wholeAggregate());
                letters.add(letter);
            }
        }
        return new Folded<>(rows, letters);
    }

    private @Nullable NewLetter waiting(Item<E> item, Parking parking) {
        String name = item.name();
        if (parking.holdsKey(name)) {
            // An aggregate's event that cannot be read may belong to any row.
            return new NewLetter(item.record(), name, item.key() == null, null);
        }
        String aggregate = ParkingName.of(item.record());
        return parking.holdsAggregate(aggregate) ? new NewLetter(item.record(), aggregate, false, null) : null;
    }

    private @Nullable NewLetter fold(
            Item<E> item, Map<Object, @Nullable R> rows, Map<Object, Refusal> refused, Map<Object, Integer> counts) {
        Object key = item.key();
        Recorded<E> event = item.event();
        if (key == null || event == null) {
            Throwable cause = java.util.Objects.requireNonNull(item.unreadable());
            return new NewLetter(item.record(), item.name(), true, Failure.of(Cause.UNREADABLE, cause, attempts));
        }
        Refusal refusal = refused.isEmpty() ? null : refused.get(key);
        if (refusal != null && counts.merge(key, 1, Integer::sum) > refusal.accepted()) {
            return new NewLetter(item.record(), item.name(), false, Failure.of(Cause.ROW_REFUSED, refusal.cause(), 1));
        }
        for (int attempt = 1; ; attempt++) {
            try {
                R row = projection.evolve(rows.get(key), event);
                rows.put(key, row == null ? null : canonical.apply(row));
                return null;
            } catch (RuntimeException | StackOverflowError e) {
                requireRunning(e);
                if (attempt >= attempts) {
                    return new NewLetter(item.record(), item.name(), false, Failure.of(Cause.FOLD_FAILED, e, attempts));
                }
            }
        }
    }

    /** What the application throws when its node stops says nothing about the event. */
    private static void requireRunning(Throwable thrown) {
        if (Thread.currentThread().isInterrupted()) {
            throw new IllegalStateException("The node stops while an event is folded", thrown);
        }
    }
}
