package io.diptych.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.message.MessageCodec;
import io.diptych.postgres.Hours.Hour;
import io.diptych.projection.Generation;
import io.diptych.projection.LateEvents;
import io.diptych.projection.LateEvents.State;
import io.diptych.projection.ReadModel;
import io.diptych.projection.Windows;
import io.diptych.projection.internal.RowStore;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WindowResultsTest {

    private static final String FIRST = "a@2026-01-01T00:00:00Z";

    private final String app = Fixture.freshName();
    private final Hours hours = new Hours();
    private final ReadModel<String, Hour> model =
            hours.model(Windows.tumbling(Duration.ofHours(1)).withPublishing());
    private final Postgres postgres = Fixture.open(Fixture.app(app, model), TestDatabase.settings());
    private final RowStore<Hour> store = postgres.store().rows(model, 1);
    private final LateEvents late = postgres.lateEvents(new Postgres.Codecs() {
        @Override
        @SuppressWarnings("unchecked") // the app has events of one type
        public <E> MessageCodec<E> of(Class<E> family) {
            return (MessageCodec<E>) hours.codec;
        }
    });

    @AfterEach
    void close() {
        postgres.close();
    }

    /** All that was published so far, a line each. */
    private List<@Nullable String> published() throws SQLException {
        return Fixture.sql(
                TestDatabase.settings(),
                "select convert_from(record_key, 'UTF8') || ' ' || coalesce(convert_from(value, 'UTF8'), 'gone') from \""
                        + app + "\".diptych_outbox where topic = '" + app + ".hours.closed' order by place");
    }

    private static String row(int events, int total) {
        return FIRST + " {\"id\":\"" + FIRST + "\",\"events\":" + events + ",\"total\":" + total
                + ",\"windowStart\":\"2026-01-01T00:00:00Z\",\"windowEnd\":\"2026-01-01T01:00:00Z\"}";
    }

    @Test
    void a_window_that_closes_is_published_once_and_again_when_it_is_corrected() throws SQLException {
        hours.add(0, "a@10=1", "a@90=1").add(1, "a@20=2");
        hours.applyAll(model, store);
        assertThat(published()).isEmpty();

        hours.add(1, "a@95=1");
        hours.applyAll(model, store);
        assertThat(published()).containsExactly(row(2, 3));
        hours.add(0, "a@100=1", "a@15=4");
        hours.applyAll(model, store);
        assertThat(published()).hasSize(1);

        late.admitAll(Hours.NAME, "ann", true, null);
        assertThat(published()).hasSize(1);
        late.admitAll(Hours.NAME, "ann", false, null);
        assertThat(published()).containsExactly(row(2, 3), row(3, 7));
    }

    @Test
    void windows_close_without_an_event_when_partitions_become_idle() throws SQLException {
        hours.add(0, "a@10=1", "a@90=1");
        hours.applyAll(model, store);
        assertThat(published()).isEmpty();

        hours.doChores(model, store, Map.of(1, true));

        assertThat(published()).containsExactly(row(1, 1));
        assertThat(store.chores().closed()).isFalse();
    }

    @Test
    void rows_made_anew_are_published_only_where_they_differ() throws SQLException {
        hours.add(0, "a@10=1", "b@20=1", "a@90=1").add(1, "a@95=1");
        hours.applyAll(model, store);
        assertThat(published()).hasSize(2);
        Generation anew = postgres.generations().rebuild(Hours.NAME, false);
        RowStore<Hour> second = postgres.store().rows(model, anew.number());
        Fixture.sql(TestDatabase.settings(), "insert into \"" + app + "\".hours_g2 values ('" + FIRST + "', 7, 70)");
        hours.applyAll(model, second);
        assertThat(published()).hasSize(2);

        assertThat(postgres.store().takeOver(anew)).isTrue();
        assertThat(store.chores().closed()).isFalse();
        assertThat(second.chores().closed()).isTrue();
        hours.doChores(model, second, Map.of());

        assertThat(published()).hasSize(3).last().isEqualTo(row(8, 71));
        assertThat(late.list(Hours.NAME, State.WAITING, 9, null).items()).isEmpty();
    }
}
