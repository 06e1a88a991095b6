package io.diptych.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.message.LogRecord;
import io.diptych.message.MessageCodec;
import io.diptych.message.internal.OwnershipListener;
import io.diptych.postgres.Hours.Hour;
import io.diptych.projection.LateEvents;
import io.diptych.projection.LateEvents.State;
import io.diptych.projection.ProjectionObserver;
import io.diptych.projection.ReadModel;
import io.diptych.projection.Windows;
import io.diptych.projection.internal.EventFeed;
import io.diptych.projection.internal.ProjectionWorker;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Workers on a real database that share the partitions of a log in memory, come and go. */
class WindowWorkersTest {

    private static final Duration IDLE = Duration.ofSeconds(30);

    private final String app = Fixture.freshName();
    private final Hours hours = new Hours();
    private final ReadModel<String, Hour> model = hours.model(
            Windows.tumbling(Duration.ofHours(1)).withIdleAfter(IDLE).withPublishing());
    private final Postgres postgres = Fixture.open(Fixture.app(app, model), TestDatabase.settings());
    private final LateEvents late = postgres.lateEvents(new Postgres.Codecs() {
        @Override
        @SuppressWarnings("unchecked") // the app has events of one type
        public <E> MessageCodec<E> of(Class<E> family) {
            return (MessageCodec<E>) hours.codec;
        }
    });
    private Instant now = Instant.parse("2026-06-01T00:00:00Z");

    @AfterEach
    void close() {
        postgres.close();
    }

    /** Some partitions of the log, a few events at a time. */
    private final class Feed implements EventFeed {
        private final Map<Integer, Long> next = new HashMap<>();
        private final Set<Integer> wanted;
        private final Set<Integer> paused = new HashSet<>();
        private final int most;

        Feed(int most, Integer... partitions) {
            this.most = most;
            this.wanted = new HashSet<>(Set.of(partitions));
        }

        @Override
        public List<LogRecord> poll(Duration maxWait, OwnershipListener listener) {
            Set<Integer> fresh =
                    wanted.stream().filter(p -> !next.containsKey(p)).collect(Collectors.toSet());
            if (!fresh.isEmpty()) {
                fresh.forEach(p -> next.put(p, 0L));
                paused.addAll(fresh);
                listener.assigned(fresh);
            }
            var records = new ArrayList<LogRecord>();
            for (int partition : wanted) {
                if (!paused.contains(partition)) {
                    List<LogRecord> all = hours.log.getOrDefault(partition, List.of());
                    long to = Math.min(all.size(), next(partition) + most);
                    records.addAll(all.subList((int) next(partition), (int) to));
                    next.put(partition, to);
                }
            }
            return records;
        }

        @Override
        public void seek(int partition, long offset) {
            next.put(partition, offset);
        }

        @Override
        public void pause(int partition) {
            paused.add(partition);
        }

        @Override
        public void resume(int partition) {
            paused.remove(partition);
        }

        @Override
        public long next(int partition) {
            return next.getOrDefault(partition, 0L);
        }

        @Override
        public int partitions() {
            return Hours.PARTITIONS;
        }

        @Override
        public long behind(int partition) {
            return hours.log.getOrDefault(partition, List.of()).size() - next(partition);
        }

        @Override
        public void close() {}
    }

    private ProjectionWorker<String, Hour> worker(int most, Integer... partitions) {
        return new ProjectionWorker<>(
                model,
                1,
                hours.codec,
                1,
                new Feed(most, partitions),
                postgres.store().rows(model, 1),
                () -> now,
                ProjectionObserver.NONE);
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private void run(int rounds, ProjectionWorker<String, Hour>... workers) {
        for (int i = 0; i < rounds; i++) {
            for (ProjectionWorker<String, Hour> worker : workers) {
                worker.step(Duration.ZERO);
            }
        }
    }

    private long published() throws SQLException {
        return Fixture.sql(TestDatabase.settings(), "select record_key from \"" + app + "\".diptych_outbox")
                .size();
    }

    @Test
    void a_window_closes_without_an_event_once_the_partitions_are_idle_and_not_before() throws SQLException {
        hours.add(0, "a@10=1", "a@90=1");
        var one = worker(10, 0);
        var other = worker(10, 1);
        run(3, one, other);
        assertThat(late.depths().getFirst().watermark()).isNull();

        now = now.plus(IDLE).minusSeconds(1);
        run(2, one, other);
        assertThat(published()).isZero();

        now = now.plusSeconds(1);
        run(2, one, other);
        assertThat(late.depths().getFirst().watermark()).isEqualTo(Hours.BEGIN.plus(Duration.ofMinutes(90)));
        assertThat(published()).isEqualTo(1);
    }

    @Test
    void who_starts_again_does_not_take_a_partition_for_idle_that_has_events_to_be_read() {
        hours.add(0, "a@10=1");
        run(3, worker(10, 0, 1));
        now = now.plus(IDLE);
        run(3, worker(10, 0, 1));
        now = now.plus(IDLE);
        var last = worker(10, 0, 1);
        run(3, last);
        now = now.plus(IDLE);
        run(3, last);

        // While nobody reads: in partition 1 all that partition 0 is ahead of.
        hours.add(0, "a@1000=1").add(1, "b@20=1", "b@30=1", "b@980=1");
        run(4, worker(1, 0, 1));

        assertThat(late.list(Hours.NAME, State.WAITING, 9, null).items()).isEmpty();
    }

    @Test
    void workers_that_are_gone_in_between_lose_no_event_and_count_none_twice() throws SQLException {
        var random = new Random(3);
        for (int i = 0; i < 300; i++) {
            hours.add(random.nextInt(2), "a@" + (i * 6 - random.nextInt(300)) + "=1");
        }
        run(7, worker(5, 0), worker(3, 1));
        run(6, worker(4, 0, 1));
        run(200, worker(7, 0), worker(2, 1));

        var out = late.list(Hours.NAME, State.WAITING, 1000, null).items().stream()
                .map(one -> one.partition() + "/" + one.offset())
                .collect(Collectors.toSet());
        assertThat(out).isNotEmpty();
        assertThat(Hours.rows(app, 1)).isEqualTo(hours.offline(Duration.ofHours(1), out));
    }
}
