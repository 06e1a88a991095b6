package io.diptych.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diptych.message.MessageCodec;
import io.diptych.message.ProblemException;
import io.diptych.postgres.Hours.Hour;
import io.diptych.projection.DeadLetters;
import io.diptych.projection.Generation;
import io.diptych.projection.LateEvents;
import io.diptych.projection.LateEvents.Admitted;
import io.diptych.projection.LateEvents.Depth;
import io.diptych.projection.LateEvents.Late;
import io.diptych.projection.LateEvents.State;
import io.diptych.projection.ReadModel;
import io.diptych.projection.Windows;
import io.diptych.projection.internal.RowStore;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LateEventsTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private final String app = Fixture.freshName();
    private final Hours hours = new Hours();
    private final ReadModel<String, Hour> model =
            hours.model(Windows.tumbling(HOUR).withGrace(Duration.ofMinutes(30)));
    private final Postgres postgres = Postgres.open(Fixture.app(app, model), TestDatabase.settings());
    private final RowStore<Hour> store = postgres.store().rows(model, 1);
    private final Postgres.Codecs codecs = new Postgres.Codecs() {
        @Override
        @SuppressWarnings("unchecked") // the app has events of one type
        public <E> MessageCodec<E> of(Class<E> family) {
            return (MessageCodec<E>) hours.codec;
        }
    };
    private final LateEvents late = postgres.lateEvents(codecs);
    private final DeadLetters letters = postgres.deadLetters(codecs);

    @BeforeEach
    void makeTables() {
        postgres.ensureSchema();
    }

    @AfterEach
    void close() {
        postgres.close();
    }

    private Depth depth() {
        return late.depths().getFirst();
    }

    private List<Late> waiting() {
        return late.list(Hours.NAME, State.WAITING, 1000, null).items();
    }

    private Set<String> places(State... states) {
        return java.util.Arrays.stream(states)
                .flatMap(state -> late.list(Hours.NAME, state, 1000, null).items().stream())
                .map(l -> l.partition() + "/" + l.offset())
                .collect(Collectors.toSet());
    }

    private static Instant minute(int minute) {
        return Hours.BEGIN.plus(Duration.ofMinutes(minute));
    }

    /** The first event of partition 1, and the second of partition 0, are late for the first hour. */
    private void anHourCloses() {
        hours.add(0, "a@10=1", "a@200=1").add(1, "b@190=1");
        hours.applyAll(model, store);
        hours.add(0, "a@5=2").add(1, "a@20=4", "a@170=8");
        hours.applyAll(model, store);
    }

    @Test
    void what_comes_after_its_window_closed_waits_and_holds_up_nothing() throws SQLException {
        anHourCloses();

        assertThat(depth().watermark()).isEqualTo(minute(190));
        assertThat(waiting()).extracting(Late::eventId).containsExactly("1/1", "0/2");
        assertThat(waiting().getFirst()).satisfies(one -> {
            assertThat(one.time()).isEqualTo(minute(20));
            assertThat(one.watermark()).isEqualTo(minute(190));
            assertThat(one.windows()).containsExactly(Hours.BEGIN);
            assertThat(one.keys()).containsExactly("a@" + Hours.BEGIN);
        });
        assertThat(Hours.rows(app, 1)).isEqualTo(hours.offline(HOUR, Set.of("0/2", "1/1")));
    }

    @Test
    void a_partition_that_is_behind_keeps_windows_open_and_an_idle_one_does_not() throws SQLException {
        hours.add(0, "a@10=1", "a@500=1", "a@20=2");
        hours.applyAll(model, store);
        assertThat(depth()).isEqualTo(new Depth(Hours.NAME, Hours.NAME, 1, null, 0, null));

        hours.doChores(model, store, Map.of(1, true));
        hours.add(0, "a@30=4");
        hours.applyAll(model, store);
        assertThat(depth().watermark()).isEqualTo(minute(500));
        assertThat(waiting()).extracting(Late::eventId).containsExactly("0/3");

        hours.add(1, "b@400=1").add(0, "a@900=1");
        hours.apply(model, store, 1, 9);
        hours.apply(model, store, 0, 9);
        assertThat(depth().watermark()).isEqualTo(minute(500));
    }

    @Test
    void who_was_replaced_cannot_call_a_partition_idle() {
        hours.add(0, "a@10=1", "a@500=1").add(1, "b@20=1");
        hours.applyAll(model, store);

        hours.doChores(model, store, Map.of(1, true), Map.of(1, 0L));
        assertThat(depth().watermark()).isEqualTo(minute(20));
        hours.doChores(model, store, Map.of(1, true), Map.of(1, 1L));
        assertThat(depth().watermark()).isEqualTo(minute(500));
    }

    @Test
    void late_events_are_kept_in_the_transaction_of_their_batch() throws SQLException {
        anHourCloses();
        hours.add(0, "a@6=1", "c@300=1");
        // Refuses the batch at its commit, when everything was written.
        Fixture.sql(TestDatabase.settings(), """
                create function "%1$s".refuse() returns trigger language plpgsql as 'begin raise ''not now''; end';
                create constraint trigger refuse after insert on "%1$s".hours_g1 deferrable initially deferred
                for each row execute function "%1$s".refuse()""".formatted(app));

        assertThatThrownBy(() -> hours.applyAll(model, store)).isInstanceOf(RowStore.StoreUnavailableException.class);

        assertThat(depth().events()).isEqualTo(2);
        assertThat(depth().watermark()).isEqualTo(minute(190));
        Fixture.sql(TestDatabase.settings(), "drop trigger refuse on \"" + app + "\".hours_g1");
        hours.applyAll(model, store);
        assertThat(depth().events()).isEqualTo(3);
    }

    @Test
    void an_admitted_event_is_in_its_row_and_a_discarded_one_stays_out() throws SQLException {
        anHourCloses();
        Map<String, String> before = Hours.rows(app, 1);
        long first = waiting().getLast().id();
        long second = waiting().getFirst().id();

        assertThat(late.admit(Hours.NAME, first, "ann", true)).isEqualTo(new Admitted(true, 1, 1, 0, null));
        assertThat(Hours.rows(app, 1)).isEqualTo(before);
        assertThat(late.admit(Hours.NAME, first, "ann", false)).isEqualTo(new Admitted(false, 1, 1, 0, null));
        late.discard(Hours.NAME, second, "bob", "a test");

        assertThat(Hours.rows(app, 1)).isEqualTo(hours.offline(HOUR, Set.of("1/1")));
        assertThat(depth().events()).isEqualTo(0);
        assertThat(late.find(Hours.NAME, first).late().settled())
                .satisfies(settled -> assertThat(settled.by()).isEqualTo("ann"));
        assertThat(late.list(Hours.NAME, State.DISCARDED, 9, null).items())
                .extracting(one -> one.settled().reason())
                .containsExactly("a test");
        assertThatThrownBy(() -> late.admit(Hours.NAME, second, "ann", false))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("[" + second + "]");
    }

    @Test
    void an_admitted_event_that_fails_is_a_dead_letter_and_is_whole_after_a_retry() throws SQLException {
        anHourCloses();
        hours.broken.add("a@5=2");

        assertThat(late.admitAll(Hours.NAME, "ann", false, null)).isEqualTo(new Admitted(false, 2, 0, 2, null));
        assertThat(letters.depths().getFirst().events()).isEqualTo(2);
        hours.broken.clear();
        letters.retryAll(Hours.NAME, false, null);

        assertThat(Hours.rows(app, 1)).isEqualTo(hours.offline(HOUR, Set.of()));
    }

    @Test
    void rows_made_anew_in_another_order_are_the_same_after_admissions_and_discards() throws SQLException {
        for (int seed = 0; seed < 6; seed++) {
            var random = new Random(seed);
            for (int i = 0; i < 120; i++) {
                hours.add(
                        random.nextInt(2), "a@" + (seed * 900 + i * 10 - random.nextInt(400)) + "=" + (1 << (i % 20)));
            }
            interleaved(store, random);
            settleSome(random);
            hours.add(0, "b@" + (seed * 900 + 1000) + "=1", "b@" + (seed * 900) + "=1");
            hours.applyAll(model, store);
        }
        assertThat(places(State.WAITING)).isNotEmpty();
        assertThat(places(State.ADMITTED)).isNotEmpty();
        assertThat(places(State.DISCARDED)).isNotEmpty();
        Set<String> out = places(State.WAITING, State.DISCARDED);
        assertThat(Hours.rows(app, 1)).isEqualTo(hours.offline(HOUR, out));

        Generation anew = postgres.generations().rebuild(Hours.NAME, true);
        RowStore<Hour> second = postgres.store().rows(model, anew.number());
        interleaved(second, new Random(99));

        assertThat(Hours.rows(app, 2)).isEqualTo(Hours.rows(app, 1));
        assertThat(postgres.store().takeOver(anew)).isTrue();
        assertThat(places(State.WAITING, State.DISCARDED)).isEqualTo(out);
    }

    private void interleaved(RowStore<Hour> rows, Random random) {
        for (int i = 0; i < 60; i++) {
            hours.apply(model, rows, random.nextInt(2), 1 + random.nextInt(12));
        }
        hours.applyAll(model, rows);
    }

    private void settleSome(Random random) {
        for (Late one : waiting()) {
            switch (random.nextInt(3)) {
                case 0 -> late.admit(Hours.NAME, one.id(), "ann", false);
                case 1 -> late.discard(Hours.NAME, one.id(), "ann", "by chance");
                default -> {}
            }
        }
    }

    @Test
    void what_is_admitted_while_rows_are_made_anew_is_in_them_before_they_take_over() throws SQLException {
        anHourCloses();
        Generation anew = postgres.generations().rebuild(Hours.NAME, true);
        RowStore<Hour> second = postgres.store().rows(model, anew.number());
        hours.apply(model, second, 0, 9);

        late.admitAll(Hours.NAME, "ann", false, null);
        hours.apply(model, second, 1, 9);

        assertThat(postgres.store().takeOver(anew)).isFalse();
        hours.doChores(model, second, Map.of());
        assertThat(Hours.rows(app, 2)).isEqualTo(Hours.rows(app, 1)).isEqualTo(hours.offline(HOUR, Set.of()));
        assertThat(postgres.store().takeOver(anew)).isTrue();
    }

    @Test
    void another_version_takes_what_was_said_of_an_event_and_judges_the_others_itself() throws SQLException {
        anHourCloses();
        late.admit(Hours.NAME, waiting().getLast().id(), "ann", false);
        late.discard(Hours.NAME, waiting().getFirst().id(), "bob", "a test");
        ReadModel<String, Hour> strict = hours.model(Windows.tumbling(HOUR)).withVersion(2);
        try (Postgres newer = Postgres.open(Fixture.app(app, strict), TestDatabase.settings())) {
            newer.ensureSchema();
            RowStore<Hour> rows = newer.store().rows(strict, 2);
            hours.apply(strict, rows, 0, 2);
            hours.applyAll(strict, rows);
            hours.applyAll(strict, rows);

            assertThat(newer.store().takeOver(generation(newer, 2))).isTrue();
            LateEvents now = newer.lateEvents(codecs);
            assertThat(now.list(Hours.NAME, State.DISCARDED, 9, null).items())
                    .allSatisfy(one -> assertThat(one.settled().by()).isEqualTo("bob"));
            assertThat(Hours.rows(app, 2).get("a@" + Hours.BEGIN)).isNotNull();
        }
    }

    private static Generation generation(Postgres postgres, int number) {
        return postgres.generations().all().stream()
                .filter(generation -> generation.number() == number)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void two_nodes_with_a_partition_each_lose_no_event_and_count_none_twice() throws Exception {
        var random = new Random(7);
        for (int i = 0; i < 600; i++) {
            hours.add(i % 2, "a@" + (i * 5 - random.nextInt(600)) + "=1");
        }
        try (Postgres other = Postgres.open(Fixture.app(app, model), TestDatabase.settings())) {
            RowStore<Hour> theirs = other.store().rows(model, 1);
            var one = CompletableFuture.runAsync(() -> inSteps(store, 0));
            var two = CompletableFuture.runAsync(() -> inSteps(theirs, 1));
            CompletableFuture.allOf(one, two).join();
        }

        Set<String> out = places(State.WAITING);
        assertThat(out).isNotEmpty();
        assertThat(Hours.rows(app, 1)).isEqualTo(hours.offline(HOUR, out));
        late.admitAll(Hours.NAME, "ann", false, null);
        assertThat(Hours.rows(app, 1)).isEqualTo(hours.offline(HOUR, Set.of()));
    }

    private void inSteps(RowStore<Hour> rows, int partition) {
        for (int i = 0; i < 60; i++) {
            hours.apply(model, rows, partition, 5);
        }
    }

    /** Windows of an hour, one every half hour: an event of minute 160 is in those from 120 and from 150. */
    private interface Hopping {
        void run(ReadModel<String, Hour> hopping, RowStore<Hour> rows, LateEvents tooLate, DeadLetters failed)
                throws SQLException;
    }

    private void hopping(Hopping test) throws SQLException {
        ReadModel<String, Hour> hopping = hours.model(Windows.hopping(HOUR, Duration.ofMinutes(30)));
        try (Postgres other = Postgres.open(Fixture.app(app + "-h", hopping), TestDatabase.settings())) {
            other.ensureSchema();
            RowStore<Hour> rows = other.store().rows(hopping, 1);
            test.run(hopping, rows, other.lateEvents(codecs), other.deadLetters(codecs));
        }
    }

    private String row(int start) throws SQLException {
        return Hours.rows(app + "-h", 1).get("a@" + minute(start));
    }

    @Test
    void an_event_of_several_windows_is_late_for_those_that_are_closed() throws SQLException {
        hopping((hopping, rows, tooLate, failed) -> {
            hours.add(0, "b@200=1").add(1, "b@200=1");
            hours.applyAll(hopping, rows);
            hours.add(0, "a@160=2");
            hours.applyAll(hopping, rows);

            assertThat(row(120)).isNull();
            assertThat(row(150)).isEqualTo("1 2");
            assertThat(tooLate.list(Hours.NAME, State.WAITING, 9, null).items())
                    .flatExtracting(Late::windows)
                    .containsExactly(minute(120));
            tooLate.admitAll(Hours.NAME, "ann", false, null);
            assertThat(row(120)).isEqualTo("1 2");
            assertThat(row(150)).isEqualTo("1 2");
        });
    }

    @Test
    void an_event_that_fails_in_one_window_is_in_each_of_its_windows_once_after_a_retry() throws SQLException {
        hopping((hopping, rows, tooLate, failed) -> {
            hours.broken.add("a@160=2 in " + minute(150));
            hours.add(0, "a@160=2", "a@165=1");
            hours.applyAll(hopping, rows);

            assertThat(row(120)).isEqualTo("2 3");
            assertThat(row(150)).isNull();
            assertThat(failed.retryAll(Hours.NAME, false, null).applied()).isZero();
            hours.broken.clear();
            assertThat(failed.retryAll(Hours.NAME, false, null).applied()).isEqualTo(2);
            assertThat(row(120)).isEqualTo("2 3");
            assertThat(row(150)).isEqualTo("2 3");
        });
    }

    @Test
    void an_event_that_could_not_be_read_is_in_each_of_its_windows_once_although_one_fails_after_that()
            throws SQLException {
        hopping((hopping, rows, tooLate, failed) -> {
            hours.readable(false);
            hours.add(0, "a@160=2");
            hours.applyAll(hopping, rows);
            hours.readable(true);
            hours.broken.add("a@160=2 in " + minute(150));
            failed.retryAll(Hours.NAME, false, null);
            assertThat(row(120)).isEqualTo("1 2");
            assertThat(failed.depths().getFirst().events()).isEqualTo(1);

            hours.broken.clear();
            failed.retryAll(Hours.NAME, false, null);
            assertThat(row(120)).isEqualTo("1 2");
            assertThat(row(150)).isEqualTo("1 2");
            assertThat(failed.depths().getFirst().events()).isZero();
        });
    }
}
