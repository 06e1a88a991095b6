package io.diptych.projection.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.command.Aggregate;
import io.diptych.command.Decider;
import io.diptych.command.Decision;
import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import io.diptych.message.Metadata;
import io.diptych.projection.Key;
import io.diptych.projection.ReadModel;
import io.diptych.projection.Window;
import io.diptych.projection.WindowedProjection;
import io.diptych.projection.Windows;
import io.diptych.projection.internal.EventTimes.Facts;
import io.diptych.projection.internal.EventTimes.Mark;
import io.diptych.projection.internal.EventTimes.Place;
import io.diptych.projection.internal.EventTimes.Verdict;
import io.diptych.projection.internal.RowStore.Folded;
import io.diptych.projection.internal.RowStore.Parked;
import io.diptych.projection.internal.RowStore.Stored;
import io.diptych.projection.internal.RowStore.Timeline;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random events over windows: an event is the minute at which it happened. */
class WindowedFoldTest {

    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final String RECORDED = "2027-01-01T00:00:00Z";

    /** How many events, and the sum of their minutes. */
    record Sum(@Key String window, int events, long minutes) {}

    private record Event(int partition, long offset, long minute, String recorded) implements LogRecord {
        Event(int partition, long offset, long minute) {
            this(partition, offset, minute, RECORDED);
        }

        Instant time() {
            return BEGIN.plus(Duration.ofMinutes(minute));
        }

        @Override
        public String topic() {
            return "shop.order.events";
        }

        @Override
        public byte @Nullable [] key() {
            return null;
        }

        @Override
        public byte[] value() {
            return Long.toString(minute).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public byte @Nullable [] header(String name) {
            return headers().stream()
                    .filter(h -> h.name().equals(name))
                    .map(Header::value)
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public List<Header> headers() {
            return List.of(
                    Header.text(Headers.ID, "e"),
                    Header.text(Headers.TYPE, "Said"),
                    Header.text(Headers.SUBJECT, "o-" + partition + "-" + offset),
                    Header.text(Headers.SEQUENCE, "1"),
                    Header.text(Headers.TIME, recorded));
        }
    }

    /** An event in one window. */
    private record In(Place place, Instant start) {}

    private static ReadModel<String, Sum> model(Windows windows) {
        return new ReadModel<>(
                "sums",
                new Aggregate<>("order", String.class, String.class, String.class, c -> c, new Unused()),
                Sum.class,
                new WindowedProjection<>(
                        windows,
                        minute -> BEGIN.plus(Duration.ofMinutes(Long.parseLong(minute))),
                        (minute, window) -> window.start().toString(),
                        (row, event, window) -> new Sum(
                                window.start().toString(),
                                row == null ? 1 : row.events() + 1,
                                (row == null ? 0 : row.minutes()) + Long.parseLong(event.event()))));
    }

    /** What a read model comes to, batch after batch. */
    private static final class Run {
        private final ReadModel<String, Sum> model;
        private final Map<Object, Sum> rows = new HashMap<>();
        private final List<In> late = new ArrayList<>();
        private EventTimes times;

        Run(Windows windows, int partitions) {
            model = model(windows);
            times = new EventTimes(partitions, Map.of(), null);
        }

        void apply(List<Event> batch, Facts facts) {
            var fold = new EventFold<>(model, new TextEvents(), row -> row, 1);
            batch.forEach(fold::add);
            Instant before = times.watermark();
            Folded<Sum> folded = fold.apply(new Stored<>(rows, Parked.NONE, Map.of(), new Timeline(times, facts)));
            folded.rows().forEach((key, row) -> rows.put(key, java.util.Objects.requireNonNull(row)));
            folded.late()
                    .forEach(l -> l.in().forEach(in -> late.add(new In(
                            new Place(l.event().partition(), l.event().offset()),
                            in.window().start()))));
            times = java.util.Objects.requireNonNull(folded.times());
            assertThat(folded.letters()).isEmpty();
            if (before != null) {
                assertThat(times.watermark()).isAfterOrEqualTo(before);
            }
        }

        void applyAll(List<Event> events, Random borders, Facts facts) {
            for (int from = 0; from < events.size(); ) {
                int to = Math.min(events.size(), from + 1 + borders.nextInt(20));
                apply(events.subList(from, to), facts);
                from = to;
            }
        }
    }

    private static Windows windows(Random random) {
        Duration every = Duration.ofMinutes(1 + random.nextInt(30));
        return Windows.hopping(every.multipliedBy(1 + random.nextInt(4)).plusMinutes(random.nextInt(2)), every)
                .withGrace(Duration.ofMinutes(random.nextInt(60)));
    }

    /** Events that are out of order by up to two hours, of partitions that are read at different speeds. */
    private static List<Event> events(Random random, int partitions) {
        var next = new long[partitions];
        var events = new ArrayList<Event>();
        for (int i = 0; i < 150; i++) {
            int partition = random.nextInt(random.nextInt(partitions) + 1);
            events.add(new Event(partition, next[partition]++, i * 3L - random.nextInt(120)));
        }
        return events;
    }

    /** The same events in another order, of each partition in its own. */
    private static List<Event> interleaved(List<Event> events, Random random) {
        var left = new TreeMap<Integer, List<Event>>();
        events.forEach(
                e -> left.computeIfAbsent(e.partition(), p -> new ArrayList<>()).add(e));
        var all = new ArrayList<Event>();
        while (!left.isEmpty()) {
            int partition = List.copyOf(left.keySet()).get(random.nextInt(left.size()));
            all.add(left.get(partition).removeFirst());
            if (left.get(partition).isEmpty()) {
                left.remove(partition);
            }
        }
        return all;
    }

    /** All windows there can be, one after the other, without any arithmetic of ours. */
    private static List<Window> bruteForce(Windows windows, Event event) {
        var found = new ArrayList<Window>();
        long step = windows.every().toMinutes();
        long begin = BEGIN.getEpochSecond() / 60;
        for (long start = (begin - 300) / step * step; start < begin + 600; start += step) {
            Instant first = Instant.ofEpochSecond(start * 60);
            var window = new Window(first, first.plus(windows.size()));
            if (!event.time().isBefore(window.start()) && event.time().isBefore(window.end())) {
                found.add(window);
            }
        }
        return found;
    }

    private static Map<Object, Sum> rows(Windows windows, List<Event> events, Set<In> leftOut) {
        var rows = new HashMap<Object, Sum>();
        for (Event event : events) {
            for (Window window : bruteForce(windows, event)) {
                if (!leftOut.contains(new In(new Place(event.partition(), event.offset()), window.start()))) {
                    rows.merge(
                            window.start().toString(),
                            new Sum(window.start().toString(), 1, event.minute()),
                            (a, b) -> new Sum(a.window(), a.events() + 1, a.minutes() + b.minutes()));
                }
            }
        }
        return rows;
    }

    /** By the definition: the least of the greatest times of all partitions, and none before all have one. */
    private static Set<In> late(Windows windows, List<Event> events, int partitions) {
        var late = new HashSet<In>();
        var greatest = new HashMap<Integer, Instant>();
        for (Event event : events) {
            greatest.merge(event.partition(), event.time(), (a, b) -> a.isAfter(b) ? a : b);
            if (greatest.size() == partitions) {
                Instant watermark = Collections.min(greatest.values());
                for (Window window : bruteForce(windows, event)) {
                    if (!window.end().plus(windows.grace()).isAfter(watermark)) {
                        late.add(new In(new Place(event.partition(), event.offset()), window.start()));
                    }
                }
            }
        }
        return late;
    }

    @Test
    void rows_and_late_events_are_all_events_once_and_what_is_late_does_not_depend_on_batches() {
        int someLate = 0;
        for (int seed = 0; seed < 100; seed++) {
            var random = new Random(seed);
            int partitions = 1 + random.nextInt(4);
            Windows windows = windows(random);
            List<Event> events = events(random, partitions);
            Set<In> late = late(windows, events, partitions);

            var run = new Run(windows, partitions);
            run.applyAll(events, random, Facts.NONE);

            assertThat(run.late).as("seed %d", seed).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(late);
            assertThat(run.rows).as("seed %d", seed).isEqualTo(rows(windows, events, late));
            someLate += late.isEmpty() ? 0 : 1;
        }
        assertThat(someLate).isGreaterThan(20);
    }

    @Test
    void whoever_reads_again_in_another_order_takes_what_was_decided_and_what_was_said_of_it() {
        for (int seed = 0; seed < 100; seed++) {
            var random = new Random(seed);
            int partitions = 1 + random.nextInt(4);
            Windows windows = windows(random);
            List<Event> events = events(random, partitions);
            var first = new Run(windows, partitions);
            first.applyAll(events, random, Facts.NONE);
            Map<Place, Set<Instant>> decided = new HashMap<>();
            first.late.forEach(in ->
                    decided.computeIfAbsent(in.place(), p -> new HashSet<>()).add(in.start()));
            Map<Place, Verdict> verdicts = new HashMap<>();
            decided.keySet().forEach(place -> {
                if (random.nextInt(3) > 0) {
                    verdicts.put(place, random.nextBoolean() ? Verdict.ADMITTED : Verdict.DISCARDED);
                }
            });
            Map<Integer, Long> ends =
                    events.stream().collect(Collectors.toMap(Event::partition, e -> e.offset() + 1, Math::max));

            var again = new Run(windows, partitions);
            again.times = first.times;
            again.applyAll(interleaved(events, random), random, new Facts(ends, decided, verdicts));

            Set<In> leftOut = first.late.stream()
                    .filter(in -> verdicts.get(in.place()) != Verdict.ADMITTED)
                    .collect(Collectors.toSet());
            assertThat(again.rows).as("seed %d", seed).isEqualTo(rows(windows, events, leftOut));
            assertThat(again.late).as("seed %d", seed).isEmpty();
            assertThat(again.times).isEqualTo(first.times);
        }
    }

    @Test
    void an_idle_partition_holds_up_no_window_until_it_has_an_event_again() {
        var run = new Run(Windows.tumbling(Duration.ofHours(1)), 2);
        run.apply(List.of(new Event(0, 0, 10), new Event(0, 1, 130)), Facts.NONE);
        assertThat(run.times.watermark()).isNull();

        run.times = run.times.with(Map.of(1, new Mark(null, true)));
        run.apply(List.of(new Event(0, 2, 20)), Facts.NONE);
        assertThat(run.late).hasSize(1);

        run.apply(List.of(new Event(1, 0, 70), new Event(1, 1, 125), new Event(0, 3, 400)), Facts.NONE);
        assertThat(run.times.watermark()).isEqualTo(BEGIN.plus(Duration.ofMinutes(130)));
        assertThat(run.late).hasSize(2);
    }

    @Test
    void when_all_partitions_are_idle_all_that_happened_was_seen() {
        var run = new Run(Windows.tumbling(Duration.ofHours(1)), 2);
        run.apply(List.of(new Event(0, 0, 10), new Event(1, 0, 130)), Facts.NONE);

        EventTimes idle =
                run.times.with(Map.of(0, new Mark(run.times.marks().get(0).greatest(), true)));
        assertThat(idle.watermark()).isEqualTo(BEGIN.plus(Duration.ofMinutes(130)));
        EventTimes allIdle = idle.with(Map.of(1, new Mark(idle.marks().get(1).greatest(), true)));
        assertThat(allIdle.watermark()).isEqualTo(BEGIN.plus(Duration.ofMinutes(130)));
    }

    @Test
    void a_time_that_is_yet_to_come_closes_nothing_before_its_time() {
        var run = new Run(Windows.tumbling(Duration.ofHours(1)), 1);
        run.apply(
                List.of(
                        new Event(
                                0,
                                0,
                                1_000_000,
                                BEGIN.plus(Duration.ofMinutes(30)).toString()),
                        new Event(0, 1, 5, BEGIN.plus(Duration.ofMinutes(31)).toString())),
                Facts.NONE);

        assertThat(run.late).isEmpty();
        assertThat(run.times.watermark()).isEqualTo(BEGIN.plus(Duration.ofMinutes(30)));
    }

    private static final class Unused implements Decider<String, String, String> {
        @Override
        public String initialState() {
            return "";
        }

        @Override
        public Decision<String> decide(String command, String state, Metadata metadata) {
            return Decision.accept();
        }

        @Override
        public String evolve(String state, String event) {
            return state;
        }
    }
}
