package io.diptych.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.NewRecord;
import io.diptych.message.ProblemException;
import io.diptych.postgres.Sums.Sum;
import io.diptych.projection.DeadLetters;
import io.diptych.projection.DeadLetters.Cause;
import io.diptych.projection.DeadLetters.Depth;
import io.diptych.projection.DeadLetters.Letter;
import io.diptych.projection.DeadLetters.Retried;
import io.diptych.projection.Generation;
import io.diptych.projection.internal.RowStore;
import io.diptych.projection.internal.RowStore.StoreUnavailableException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeadLettersTest {

    private final String app = Fixture.freshName();
    private final Sums sums = new Sums();
    private final Sums.Log log = new Sums.Log();
    private final Postgres postgres = Postgres.open(Fixture.app(app, sums.model), TestDatabase.settings());
    private final RowStore<Sum> store = postgres.store().rows(sums.model, 1);
    private final DeadLetters letters = postgres.deadLetters(sums.codecs());

    @BeforeEach
    void makeTables() {
        postgres.ensureSchema();
    }

    @AfterEach
    void close() {
        postgres.close();
    }

    private Map<String, Sum> stored() {
        var keys = new HashSet<String>();
        log.records.forEach(r -> keys.add(r.text(Headers.SUBJECT)));
        return Sums.stored(store, keys);
    }

    private Depth depth() {
        return letters.depths().getFirst();
    }

    private Retried retryAll() {
        return retryAll(false);
    }

    /** To the end, however slow the machine: one call takes a few seconds at most. */
    private Retried retryAll(boolean preview) {
        Retried sum = letters.retryAll(Sums.NAME, preview, null);
        while (sum.next() != null) {
            Retried more = letters.retryAll(Sums.NAME, preview, sum.next());
            sum = new Retried(
                    preview,
                    sum.keys() + more.keys(),
                    sum.tried() + more.tried(),
                    sum.applied() + more.applied(),
                    sum.freed() + more.freed(),
                    more.failed(),
                    more.next());
        }
        return sum;
    }

    @Test
    void one_poison_event_in_100_000_parks_one_key_and_a_retry_makes_it_whole() {
        for (int i = 0; i < 100_000; i++) {
            log.add("k" + (i % 20_000) + "=" + i);
        }
        sums.broken.add("k7=40007");

        int batches = sums.apply(store, log, 10_000);

        assertThat(batches).isEqualTo(10);
        assertThat(depth()).extracting(Depth::keys, Depth::events).containsExactly(1L, 3L);
        Map<String, Sum> wanted = sums.offline(log);
        Map<String, Sum> actual = stored();
        assertThat(actual.remove("k7")).isEqualTo(new Sum("k7", 7 * 31 + 20_007, 2, "20007"));
        Sum whole = wanted.remove("k7");
        assertThat(actual).isEqualTo(wanted);

        sums.broken.clear();
        assertThat(retryAll().applied()).isEqualTo(3);

        assertThat(stored()).containsEntry("k7", whole);
        assertThat(depth()).isEqualTo(new Depth(Sums.NAME, Sums.NAME, 1, 0, 0, null));
    }

    @Test
    void a_thousand_poison_events_over_as_many_keys_cost_no_transaction_more() {
        for (int i = 0; i < 100_000; i++) {
            String event = "k" + (i % 20_000) + "=" + i;
            log.add(event);
            if (i % 20 == 0 && i >= 40_000 && i < 60_000) {
                sums.broken.add(event);
            }
        }
        Map<String, Sum> wanted = sums.offline(log);

        sums.apply(store, log, 10_000);

        assertThat(depth()).extracting(Depth::keys, Depth::events).containsExactly(1000L, 3000L);
        Map<String, Sum> actual = stored();
        assertThat(actual.entrySet().stream()
                        .filter(e -> wanted.get(e.getKey()).equals(e.getValue()))
                        .count())
                .isEqualTo(19_000);

        sums.broken.clear();
        Retried preview = retryAll(true);
        assertThat(preview)
                .extracting(Retried::preview, Retried::keys, Retried::tried, Retried::applied, Retried::freed)
                .containsExactly(true, 1000L, 3000L, 3000L, 1000L);
        assertThat(depth().events()).isEqualTo(3000);
        assertThat(retryAll().freed()).isEqualTo(1000);

        assertThat(stored()).isEqualTo(wanted);
        assertThat(depth().keys()).isZero();
    }

    @Test
    void rows_that_the_database_refuses_cost_one_pass_more_whatever_their_number() throws SQLException {
        Fixture.sql(
                TestDatabase.settings(),
                "alter table " + Names.qualified(app, Names.table(Sums.NAME, 1))
                        + " add constraint small check (total < 1000000)");
        for (int i = 0; i < 20_000; i++) {
            log.add("k" + (i % 10_000) + "=" + (i % 100 == 3 && i >= 10_000 ? 2_000_000 : 1));
            if (i % 10_000 == 5_000) {
                log.add("nul=a\0b");
                log.add("many=1");
                log.add("many=2000000");
                log.add("many=0");
                log.add("many=3");
                log.add("many=3000000");
                log.add("many=4");
            }
        }
        countPasses();

        sums.apply(store, log, 10_007);

        assertThat(passes()).isEqualTo("4");
        assertThat(depth().keys()).isEqualTo(102);
        assertThat(letters.keys(Sums.NAME, 200, null).items())
                .allSatisfy(key -> assertThat(key.first().cause()).isEqualTo(Cause.ROW_REFUSED));
        assertThat(letters.letters(Sums.NAME, "nul", 9, null).items().getFirst().error())
                .contains("0x00");
        assertThat(stored()).hasSize(10_000 - 100 + 1 + 100).containsKey("k4");

        Fixture.sql(
                TestDatabase.settings(),
                "alter table " + Names.qualified(app, Names.table(Sums.NAME, 1)) + " drop constraint small");
        Retried retried = retryAll();

        assertThat(retried.failed()).singleElement().satisfies(still -> {
            assertThat(still.key()).isEqualTo("nul");
            assertThat(still.cause()).isEqualTo(Cause.ROW_REFUSED);
        });
        Map<String, Sum> wanted = sums.offline(log);
        wanted.remove("nul");
        assertThat(stored()).isEqualTo(wanted);
    }

    /** Counts passes over a batch, those rolled back as well: a sequence does not go back. */
    private void countPasses() throws SQLException {
        String passes = Names.qualified(app, "passes");
        Fixture.sql(TestDatabase.settings(), "create sequence " + passes);
        Fixture.sql(
                TestDatabase.settings(),
                "create function " + passes + "() returns trigger language plpgsql as $$ begin perform nextval('"
                        + passes + "'); return null; end $$");
        Fixture.sql(
                TestDatabase.settings(),
                "create trigger passes after update on " + Names.qualified(app, Schema.POSITIONS)
                        + " for each statement execute function " + passes + "()");
    }

    private String passes() throws SQLException {
        return Fixture.sql(
                        TestDatabase.settings(),
                        "select case when is_called then last_value else 0 end from " + Names.qualified(app, "passes"))
                .getFirst();
    }

    @Test
    void whatever_is_poison_the_rows_are_those_without_it_after_a_retry() {
        for (int seed = 0; seed < 15; seed++) {
            var random = new Random(seed);
            var run = new DeadLettersTest();
            run.makeTables();
            try {
                run.randomly(random);
                assertThat(run.stored()).as("seed %d", seed).isEqualTo(run.sums.offline(run.log));
                assertThat(run.depth().keys()).as("seed %d", seed).isZero();
            } finally {
                run.close();
            }
        }
    }

    private void randomly(Random random) {
        for (int step = 0; step < 12; step++) {
            for (int i = random.nextInt(30); i > 0; i--) {
                String key = "k" + random.nextInt(6);
                int place = log.records.size();
                boolean unreadable = random.nextInt(25) == 0;
                String type = unreadable ? "Type" + place : "Added";
                String event = key + "=" + (random.nextInt(8) == 0 ? 0 : place);
                log.add(key, event, type);
                if (unreadable) {
                    sums.broken.add(type);
                } else if (random.nextInt(12) == 0) {
                    sums.broken.add(event);
                }
            }
            switch (random.nextInt(4)) {
                case 0, 1 -> sums.apply(store, log, 1 + random.nextInt(40));
                case 2 -> {
                    sums.broken.removeIf(b -> random.nextInt(3) == 0);
                    retryAll();
                }
                default -> retryAll(true);
            }
        }
        sums.apply(store, log, 50);
        sums.broken.clear();
        retryAll();
    }

    @Test
    void what_is_not_the_events_fault_parks_nothing() throws SQLException {
        String raise = Names.qualified(app, "raise");
        log.add("a=1");
        for (String state : List.of("40P01", "40001", "57014", "55P03", "53100", "53300", "57P01", "08006", "XX000")) {
            Fixture.sql(
                    TestDatabase.settings(),
                    "create or replace function " + raise + "() returns trigger language plpgsql as"
                            + " $$ begin raise exception 'not now' using errcode = '" + state + "'; end $$");
            Fixture.sql(
                    TestDatabase.settings(),
                    "create or replace trigger raise before insert on "
                            + Names.qualified(app, Names.table(Sums.NAME, 1)) + " for each row execute function "
                            + raise + "()");

            assertThatThrownBy(() -> sums.apply(store, log, 1))
                    .as(state)
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("not now");
        }
        assertThat(depth().keys()).isZero();
        assertThat(Fixture.position(store, 0)).isZero();
    }

    @Test
    void a_letter_shows_its_event_its_error_and_how_many_wait_behind_it() {
        sums.broken.add("a=2");
        List.of("a=1", "a=2", "a=3", "a=4", "b=5").forEach(log::add);
        sums.apply(store, log, 100);

        List<Letter> waiting = letters.letters(Sums.NAME, "a", 10, null).items();
        DeadLetters.Detail first = letters.find(Sums.NAME, waiting.getFirst().id());

        assertThat(waiting)
                .extracting(Letter::offset, Letter::cause, Letter::attempts)
                .containsExactly(tuple(1L, Cause.FOLD_FAILED, 2), tuple(2L, Cause.WAITS, 0), tuple(3L, Cause.WAITS, 0));
        assertThat(first.letter().error()).contains("cannot add [a=2]");
        assertThat(first.stack()).contains("Sums");
        assertThat(first.payload()).isEqualTo("a=2".getBytes(StandardCharsets.UTF_8));
        assertThat(first.headers()).extracting(Header::name).contains(Headers.SUBJECT, Headers.TIME);
        assertThat(first.behind()).isEqualTo(2);
    }

    @Test
    void a_retry_that_fails_again_applies_those_before_and_counts_the_attempt() {
        sums.broken.addAll(Set.of("a=2", "a=4"));
        List.of("a=1", "a=2", "a=3", "a=4", "a=5").forEach(log::add);
        sums.apply(store, log, 2);

        sums.broken.remove("a=2");
        Retried retried = letters.retry(Sums.NAME, "a", false);

        assertThat(retried).extracting(Retried::applied, Retried::freed).containsExactly(2L, 0L);
        assertThat(retried.failed().getFirst().error()).contains("cannot add [a=4]");
        assertThat(stored().get("a")).isEqualTo(new Sum("a", (1 * 31 + 2) * 31 + 3, 3, "3"));
        letters.retry(Sums.NAME, "a", false);
        Letter first = letters.letters(Sums.NAME, "a", 1, null).items().getFirst();
        assertThat(first.offset()).isEqualTo(3);
        assertThat(first.attempts()).isEqualTo(2);
    }

    @Test
    void an_edited_letter_is_applied_as_edited_and_keeps_its_original() {
        sums.broken.add("a=2");
        List.of("a=1", "a=2", "a=3").forEach(log::add);
        sums.apply(store, log, 100);
        long id = letters.keys(Sums.NAME, 10, null).items().getFirst().first().id();

        assertThatThrownBy(() -> letters.edit(Sums.NAME, id, "nothing".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("cannot read [nothing]");
        DeadLetters.Detail edited = letters.edit(Sums.NAME, id, "a=20".getBytes(StandardCharsets.UTF_8));

        assertThat(edited.payload()).isEqualTo("a=2".getBytes(StandardCharsets.UTF_8));
        assertThat(edited.edited()).isEqualTo("a=20".getBytes(StandardCharsets.UTF_8));
        assertThat(letters.retry(Sums.NAME, "a", false).freed()).isEqualTo(1);
        assertThat(stored().get("a")).isEqualTo(new Sum("a", (1 * 31 + 20) * 31 + 3, 3, "3"));
    }

    @Test
    void a_discarded_letter_lets_those_behind_it_go_on_and_is_remembered() {
        sums.broken.add("a=2");
        List.of("a=1", "a=2", "a=3").forEach(log::add);
        sums.apply(store, log, 100);
        long id = letters.keys(Sums.NAME, 10, null).items().getFirst().first().id();

        Retried rest = letters.discard(Sums.NAME, id, "ann", "was a test");

        assertThat(rest).extracting(Retried::applied, Retried::freed).containsExactly(1L, 1L);
        assertThat(stored().get("a")).isEqualTo(new Sum("a", 1 * 31 + 3, 2, "3"));
        assertThat(depth().keys()).isZero();
        assertThat(letters.discarded(Sums.NAME, 10, null).items())
                .singleElement()
                .satisfies(letter -> {
                    assertThat(letter.id()).isEqualTo(id);
                    assertThat(letter.discarded().by()).isEqualTo("ann");
                    assertThat(letter.discarded().reason()).isEqualTo("was a test");
                });
        assertThat(letters.find(Sums.NAME, id).payload()).isEqualTo("a=2".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void all_letters_of_a_key_are_discarded_at_once() {
        sums.broken.add("a=2");
        List.of("a=1", "a=2", "a=3").forEach(log::add);
        sums.apply(store, log, 100);

        assertThat(letters.discardKey(Sums.NAME, "a", "ann", "closed")).isEqualTo(2);

        assertThat(depth().keys()).isZero();
        assertThatThrownBy(() -> letters.discardKey(Sums.NAME, "a", "ann", "again"))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("[a]");
    }

    @Test
    void keys_and_letters_are_listed_page_by_page() {
        for (int i = 0; i < 7; i++) {
            log.add("k" + i + "=1");
            sums.broken.add("k" + i + "=1");
        }
        sums.apply(store, log, 100);
        var seen = new TreeSet<String>();

        String cursor = null;
        do {
            var page = letters.keys(Sums.NAME, 3, cursor);
            page.items().forEach(key -> seen.add(key.key()));
            cursor = page.cursor();
        } while (cursor != null);

        assertThat(seen).hasSize(7);
    }

    @Test
    void an_event_that_cannot_be_read_holds_up_its_aggregate() {
        sums.broken.add("New");
        log.add("a=1");
        log.add("a", "a=2", "New");
        log.add("a=3");
        log.add("b=1");
        sums.apply(store, log, 2);

        assertThat(letters.letters(Sums.NAME, "a", 9, null).items())
                .extracting(Letter::cause)
                .containsExactly(Cause.UNREADABLE, Cause.WAITS);
        sums.broken.clear();
        retryAll();

        assertThat(stored()).isEqualTo(sums.offline(log));
    }

    @Test
    void a_new_generation_does_not_take_over_while_it_lacks_events_that_the_old_one_has() {
        List.of("a=1", "a=2", "b=3").forEach(log::add);
        sums.apply(store, log, 100);
        Generation filling = postgres.generations().rebuild(Sums.NAME, false);
        RowStore<Sum> second = postgres.store().rows(sums.model, filling.number());
        String name = Names.table(Sums.NAME, filling.number());
        sums.broken.add("a=2");
        sums.apply(second, log, 100);

        assertThat(postgres.store().takeOver(filling)).isFalse();
        assertThat(depth().keys()).isZero();
        assertThat(letters.keys(name, 10, null).items()).hasSize(1);

        sums.broken.clear();
        assertThat(letters.retry(name, "a", false).freed()).isEqualTo(1);
        assertThat(postgres.store().takeOver(filling)).isTrue();
        assertThat(Sums.stored(second, Set.of("a", "b"))).isEqualTo(sums.offline(log));
        assertThat(depth()).isEqualTo(new Depth(Sums.NAME, Sums.NAME, filling.number(), 0, 0, null));
    }

    @Test
    void each_parked_event_leaves_the_outbox_once_in_order_with_the_cause() {
        sums.broken.add("a=2");
        List.of("a=1", "a=2", "a=3", "b=4").forEach(log::add);
        sums.apply(store, log, 100);
        var sent = new ArrayList<NewRecord>();

        assertThatThrownBy(() -> postgres.outbox().send(10, records -> {
                    throw new IllegalStateException("no Kafka");
                }))
                .hasMessage("no Kafka");
        assertThat(postgres.outbox().send(10, sent::addAll)).isEqualTo(2);
        assertThat(postgres.outbox().send(10, sent::addAll)).isZero();

        assertThat(sent)
                .extracting(r -> r.topic(), r -> text(r.key()), r -> text(r.value()))
                .containsExactly(tuple(app + ".sums.dlq", "a", "a=2"), tuple(app + ".sums.dlq", "a", "a=3"));
        assertThat(sent.getFirst().headers())
                .extracting(Header::name, header -> text(header.value()))
                .contains(
                        tuple(Headers.ID, "a@1"),
                        tuple(Headers.ERROR_TYPE, "fold-failed"),
                        tuple(Headers.ORIGINAL_PARTITION, "0"),
                        tuple(Headers.ORIGINAL_OFFSET, "1"));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
