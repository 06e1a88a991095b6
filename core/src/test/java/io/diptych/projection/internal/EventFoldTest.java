package io.diptych.projection.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.diptych.command.Aggregate;
import io.diptych.command.Decider;
import io.diptych.command.Decision;
import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import io.diptych.message.Metadata;
import io.diptych.projection.Key;
import io.diptych.projection.ReadModel;
import io.diptych.projection.internal.RowStore.Folded;
import io.diptych.projection.internal.RowStore.Parked;
import io.diptych.projection.internal.RowStore.Refusal;
import io.diptych.projection.internal.RowStore.RowRefusedException;
import io.diptych.projection.internal.RowStore.Stored;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A fold whose rows are keyed by the product in the event's first word, not by the aggregate. */
class EventFoldTest {

    record Demand(@Key String product, String orders) {}

    private record Event(String order, String text, long offset) implements LogRecord {
        @Override
        public String topic() {
            return "shop.order.events";
        }

        @Override
        public int partition() {
            return 0;
        }

        @Override
        public byte @Nullable [] key() {
            return order.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public byte @Nullable [] value() {
            return text.getBytes(StandardCharsets.UTF_8);
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
                    Header.text(Headers.SUBJECT, order),
                    Header.text(Headers.SEQUENCE, "1"),
                    Header.text(Headers.TIME, "2026-01-01T00:00:00Z"));
        }
    }

    private final ReadModel<String, Demand> model = new ReadModel<>(
            "demand",
            new Aggregate<>("order", String.class, String.class, String.class, c -> c, new Unused()),
            Demand.class,
            text -> text.equals("of no row") ? null : text.substring(0, text.indexOf(' ')),
            (row, event) -> {
                String product = event.event().substring(0, event.event().indexOf(' '));
                if (event.event().endsWith("poison")) {
                    throw new IllegalStateException("no");
                }
                return new Demand(product, (row == null ? "" : row.orders()) + event.aggregateId());
            });

    private final EventFold<String, Demand> fold = new EventFold<>(model, new TextEvents(), row -> row, 1);
    private long offset;

    private void add(String order, String text) {
        fold.add(new Event(order, text, offset++));
    }

    private Folded<Demand> apply(Parked parked, Map<Object, Refusal> refused) {
        return fold.apply(new Stored<>(Map.of(), parked, refused));
    }

    @Test
    void an_event_without_a_key_that_can_be_told_holds_up_its_aggregate_and_no_other() {
        add("a", "unreadable");
        add("b", "pen 1");
        add("a", "pen 2");
        add("a", "of no row");
        add("c", "pen 3");

        Folded<Demand> folded = apply(Parked.NONE, Map.of());

        assertThat(folded.rows()).isEqualTo(Map.of("pen", new Demand("pen", "bc")));
        assertThat(folded.letters())
                .extracting(
                        NewLetter::key,
                        NewLetter::wholeAggregate,
                        letter -> letter.event().offset())
                .containsExactly(tuple("a", true, 0L), tuple("a", false, 2L));
    }

    @Test
    void a_row_that_fails_holds_up_all_aggregates_that_feed_it() {
        add("a", "pen poison");
        add("b", "pen 1");
        add("a", "ink 1");

        Folded<Demand> folded = apply(Parked.NONE, Map.of());

        assertThat(folded.rows()).isEqualTo(Map.of("ink", new Demand("ink", "a")));
        assertThat(folded.letters()).extracting(NewLetter::key).containsExactly("pen", "pen");
    }

    @Test
    void what_was_parked_before_goes_on_waiting() {
        add("a", "pen 1");
        add("b", "ink 1");
        add("c", "ink 2");

        Folded<Demand> folded = apply(new Parked(Set.of("pen", "c"), Set.of("c")), Map.of());

        assertThat(folded.rows()).isEqualTo(Map.of("ink", new Demand("ink", "b")));
        assertThat(folded.letters()).extracting(NewLetter::key).containsExactly("pen", "c");
        assertThat(folded.letters())
                .allSatisfy(letter -> assertThat(letter.failure()).isNull());
    }

    @Test
    void a_refused_key_takes_as_many_events_as_its_row_is_accepted_with() {
        add("a", "pen 1");
        add("b", "pen 2");
        add("c", "pen 3");
        var refusal = new Refusal(1, new RowRefusedException("too long", null));

        Folded<Demand> folded = apply(Parked.NONE, Map.of("pen", refusal));

        assertThat(folded.rows()).isEqualTo(Map.of("pen", new Demand("pen", "a")));
        assertThat(folded.letters())
                .extracting(letter ->
                        letter.failure() == null ? null : letter.failure().error())
                .containsExactly("too long", null);
    }

    @Test
    void any_key_has_a_name_that_can_be_stored() {
        assertThat(ParkingName.of("a\0b")).isEqualTo("a\uFFFDb");
        assertThat(ParkingName.of("")).isEqualTo("(empty)");
        assertThat(ParkingName.of("half \uD800")).isEqualTo("half ?");
        assertThat(ParkingName.of("x".repeat(10_000)))
                .hasSizeLessThan(600)
                .isNotEqualTo(ParkingName.of("x".repeat(9_999)));
        assertThat(ParkingName.of(7L)).isEqualTo("7");
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
