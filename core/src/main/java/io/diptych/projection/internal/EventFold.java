package io.diptych.projection.internal;

import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import io.diptych.message.MessageCodec;
import io.diptych.message.Recorded;
import io.diptych.projection.DeadLetters.Cause;
import io.diptych.projection.ReadModel;
import io.diptych.projection.Window;
import io.diptych.projection.internal.NewLetter.Failure;
import io.diptych.projection.internal.RowStore.Folded;
import io.diptych.projection.internal.RowStore.Move;
import io.diptych.projection.internal.RowStore.Refusal;
import io.diptych.projection.internal.RowStore.Stored;
import io.diptych.projection.internal.RowStore.Timeline;
import io.diptych.projection.internal.RowStore.Timing;
import io.diptych.projection.internal.Steps.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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
     * An event with one row that it belongs to.
     *
     * @param event null when it could not be read, or has no key that can be told
     * @param step null then, and when it belongs to no row but its time counts
     * @param unreadable why
     */
    private record Item<E, R>(
            LogRecord record,
            @Nullable Recorded<E> event,
            @Nullable Instant time,
            @Nullable Step<E, R> step,
            @Nullable Throwable unreadable) {

        String name() {
            return step == null ? ParkingName.of(record) : ParkingName.of(step.key());
        }
    }

    private final Steps<E, R> steps;
    private final EventReader<E> reader;
    private final UnaryOperator<R> canonical;
    private final int attempts;
    private final List<Item<E, R>> items = new ArrayList<>();
    private final Set<Object> keys = new LinkedHashSet<>();
    private final Set<Integer> timed = new HashSet<>();
    private boolean ownRowsOnly;

    /**
     * An empty fold.
     *
     * @param canonical the row as it will be read back, so that a fold gives the same wherever its batch ends
     * @param attempts how often code of the application that throws is called for one event
     */
    public EventFold(ReadModel<E, R> readModel, MessageCodec<E> events, UnaryOperator<R> canonical, int attempts) {
        this.steps = Steps.of(readModel.projection());
        this.ownRowsOnly = readModel.windows() == null;
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
                    items.add(new Item<>(record, null, null, null, e));
                    return;
                }
            }
        }
    }

    private void add(LogRecord record, Recorded<E> event) {
        Instant time = steps.time(event);
        List<Step<E, R>> all = steps.of(event);
        for (Step<E, R> step : wanted(record, all)) {
            items.add(new Item<>(record, event, time, step, null));
            keys.add(step.key());
            ownRowsOnly &= step.key().equals(event.aggregateId());
        }
        if (time != null) {
            timed.add(record.partition());
            if (all.isEmpty()) {
                items.add(new Item<>(record, event, time, null, null));
            }
        }
    }

    /** All, unless the record names a window; one that was edited may be in another than it was. */
    private List<Step<E, R>> wanted(LogRecord record, List<Step<E, R>> all) {
        String window = record.text(Headers.WINDOW);
        List<Step<E, R>> named = window == null
                ? List.of()
                : all.stream()
                        .filter(step -> step.span() != null
                                && step.span().window().start().toString().equals(window))
                        .toList();
        return named.isEmpty() ? all : named;
    }

    /** The partitions of events that have a time. */
    Set<Integer> timed() {
        return timed;
    }

    /** All of it as a batch that moves positions so. */
    public RowStore.Batch<R> batch(Map<Integer, Move> moves) {
        return batch(moves, null);
    }

    /** The same of a read model over windows. */
    public RowStore.Batch<R> batch(Map<Integer, Move> moves, @Nullable Timing timing) {
        return new RowStore.Batch<>(moves, keys, ownRowsOnly, this::names, this, timing);
    }

    /** Under which the batch's events may be parked already. */
    private Set<String> names() {
        var names = new LinkedHashSet<String>();
        for (Item<E, R> item : items) {
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
        var windows = new HashMap<Object, Window>();
        Timeline timeline = stored.timeline();
        Lateness lateness = timeline == null ? null : new Lateness(timeline.times(), timeline.facts());
        for (Item<E, R> item : items) {
            if (isLeftOut(item, lateness)) {
                continue;
            }
            NewLetter letter = parking.isEmpty() ? null : waiting(item, parking);
            if (letter == null) {
                letter = fold(item, rows, stored.refused(), counts);
            }
            if (letter != null) {
                parking.add(letter.key(), letter.wholeAggregate());
                letters.add(letter);
            } else if (item.step() != null && item.step().span() != null) {
                windows.put(item.step().key(), item.step().span().window());
            }
        }
        return lateness == null
                ? new Folded<>(rows, letters, List.of(), null, windows)
                : new Folded<>(rows, letters, lateness.late(), lateness.times(), windows);
    }

    /** @param lateness null when every event counts */
    private static boolean isLeftOut(Item<?, ?> item, @Nullable Lateness lateness) {
        Instant time = item.time();
        if (item.event() == null || time == null) {
            return false;
        }
        if (lateness != null) {
            lateness.came(item.record(), time, item.event().time());
        }
        return item.step() == null || lateness != null && lateness.leavesOut(item.record(), time, item.step());
    }

    private @Nullable NewLetter waiting(Item<E, R> item, Parking parking) {
        String name = item.name();
        LogRecord record = record(item);
        if (parking.holdsKey(name)) {
            // An aggregate's event that cannot be read may belong to any row.
            return new NewLetter(record, name, item.step() == null, null);
        }
        String aggregate = ParkingName.of(item.record());
        return parking.holdsAggregate(aggregate) ? new NewLetter(record, aggregate, false, null) : null;
    }

    private @Nullable NewLetter fold(
            Item<E, R> item, Map<Object, @Nullable R> rows, Map<Object, Refusal> refused, Map<Object, Integer> counts) {
        Step<E, R> step = item.step();
        Recorded<E> event = item.event();
        if (step == null || event == null) {
            Throwable cause = java.util.Objects.requireNonNull(item.unreadable());
            return new NewLetter(item.record(), item.name(), true, Failure.of(Cause.UNREADABLE, cause, attempts));
        }
        Object key = step.key();
        Refusal refusal = refused.isEmpty() ? null : refused.get(key);
        if (refusal != null && counts.merge(key, 1, Integer::sum) > refusal.accepted()) {
            return new NewLetter(record(item), item.name(), false, Failure.of(Cause.ROW_REFUSED, refusal.cause(), 1));
        }
        for (int attempt = 1; ; attempt++) {
            try {
                R row = step.evolution().evolve(rows.get(key), event);
                rows.put(key, row == null ? null : canonical.apply(row));
                return null;
            } catch (RuntimeException | StackOverflowError e) {
                requireRunning(e);
                if (attempt >= attempts) {
                    return new NewLetter(record(item), item.name(), false, Failure.of(Cause.FOLD_FAILED, e, attempts));
                }
            }
        }
    }

    private static LogRecord record(Item<?, ?> item) {
        return item.step() == null
                ? item.record()
                : InWindow.of(item.record(), item.step().span());
    }

    /** What the application throws when its node stops says nothing about the event. */
    private static void requireRunning(Throwable thrown) {
        if (Thread.currentThread().isInterrupted()) {
            throw new IllegalStateException("The node stops while an event is folded", thrown);
        }
    }
}
