package io.diptych.projection.internal;

import io.diptych.message.LogRecord;
import io.diptych.projection.internal.EventTimes.Facts;
import io.diptych.projection.internal.EventTimes.Mark;
import io.diptych.projection.internal.EventTimes.Place;
import io.diptych.projection.internal.EventTimes.Verdict;
import io.diptych.projection.internal.Steps.Step;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Judges event by event, in the order in which they are folded, whether they are late: so that it does not depend on where
 * batches end.
 */
final class Lateness {

    /** Before that no store need hold a time. */
    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");

    private final Facts facts;
    private final Map<Place, LateEvent> late = new LinkedHashMap<>();
    private EventTimes times;

    Lateness(EventTimes times, Facts facts) {
        this.times = times;
        this.facts = facts;
    }

    /**
     * An event came.
     *
     * @param time when it happened
     * @param recorded when it was written to the log: what is yet to happen moves no watermark
     */
    void came(LogRecord event, Instant time, Instant recorded) {
        if (facts.covers(place(event))) {
            return;
        }
        Instant counted = (time.isAfter(recorded) ? recorded : time.isBefore(EARLIEST) ? EARLIEST : time)
                .truncatedTo(ChronoUnit.MICROS);
        Mark mark = times.marks().getOrDefault(event.partition(), Mark.NONE);
        Instant before = mark.greatest();
        boolean ahead = before == null || counted.isAfter(before);
        if (ahead || mark.idle()) {
            times = times.with(Map.of(event.partition(), new Mark(ahead ? counted : before, false)));
        }
    }

    /** Whether the event must not be folded into the row of that window. */
    boolean leavesOut(LogRecord event, Instant time, Step<?, ?> step) {
        Steps.Span span = Objects.requireNonNull(step.span());
        Place place = place(event);
        boolean decided = facts.covers(place);
        Instant watermark = times.watermark();
        boolean isLate = decided
                ? facts.late()
                        .getOrDefault(place, Set.of())
                        .contains(span.window().start())
                : watermark != null && !watermark.isBefore(span.closesAt());
        if (isLate && !decided) {
            var in = new LateEvent.In(span.window(), ParkingName.of(step.key()));
            late.merge(
                    place,
                    new LateEvent(event, time, Objects.requireNonNull(watermark), List.of(in)),
                    (before, now) -> new LateEvent(event, time, before.watermark(), plus(before.in(), in)));
        }
        return isLate && facts.verdicts().get(place) != Verdict.ADMITTED;
    }

    private static List<LateEvent.In> plus(List<LateEvent.In> list, LateEvent.In one) {
        var longer = new ArrayList<>(list);
        longer.add(one);
        return longer;
    }

    private static Place place(LogRecord event) {
        return new Place(event.partition(), event.offset());
    }

    /** What is known of the time of events now. */
    EventTimes times() {
        return times;
    }

    /** The events found late here, in order, those admitted already included. */
    List<LateEvent> late() {
        return List.copyOf(late.values());
    }
}
