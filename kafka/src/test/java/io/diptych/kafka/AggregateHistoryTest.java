package io.diptych.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diptych.App;
import io.diptych.command.AggregateExcerpt.State;
import io.diptych.command.AggregateHistory;
import io.diptych.command.AggregateHistory.Standing;
import io.diptych.command.AggregateHistory.Subject;
import io.diptych.command.CommandGateway.Submission;
import io.diptych.command.CommandObserver;
import io.diptych.command.CommandRequest;
import io.diptych.embedded.EmbeddedKafka;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import io.diptych.message.Recorded;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads aggregates that stand among thousands of others. */
class AggregateHistoryTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final App APP = Shop.app("history");
    private static final Subject SCATTERED = new Subject("order", "scattered");
    private static final Subject RUN = new Subject("order", "run");
    private static final int OTHERS = 2_000;

    @TempDir
    private static Path dir;

    private static EmbeddedKafka kafka;
    private static KafkaCommandEngine engine;
    private static KafkaCommandGateway gateway;
    private static AggregateHistory history;

    @BeforeAll
    static void start() throws Exception {
        kafka = EmbeddedKafka.start(dir, 0);
        var settings =
                new KafkaSettings(Map.of("bootstrap.servers", kafka.bootstrapServers()), "node-1", true, 2, (short) -1);
        Topics.ensure(APP, settings);
        engine = KafkaCommandEngine.start(APP, settings, CommandSettings.DEFAULT, CommandObserver.NONE);
        gateway = KafkaCommandGateway.start(APP, settings);
        history = gateway.history();
        fill();
    }

    /** Events of one order far apart, those of another next to each other, and thousands around them. */
    private static void fill() throws Exception {
        var sent = new ArrayList<Submission>();
        sent.add(create("scattered"));
        for (int i = 0; i < OTHERS; i++) {
            sent.add(create("o-" + i));
            if (i % (OTHERS / 4) == 0) {
                sent.add(cancel("scattered"));
            }
        }
        sent.add(create("run"));
        for (int i = 0; i < 1200; i++) {
            sent.add(cancel("run"));
        }
        for (Submission submission : sent) {
            submission.reply().get(60, TimeUnit.SECONDS);
        }
    }

    @AfterAll
    static void stop() {
        gateway.close();
        engine.close();
        kafka.close();
    }

    @Test
    void the_state_is_read_with_its_version() {
        assertThat(text(history.current(SCATTERED, PATIENCE))).isEqualTo("String \"cancelled\"");
        assertThat(history.current(SCATTERED, PATIENCE).version()).isEqualTo(5);
    }

    @Test
    void a_state_shows_every_command_that_was_answered_before() throws Exception {
        for (int i = 0; i < 20; i++) {
            create("fresh-" + i).reply().get(30, TimeUnit.SECONDS);
            assertThat(history.current(new Subject("order", "fresh-" + i), PATIENCE)
                            .version())
                    .isEqualTo(1);
        }
    }

    @Test
    void scattered_events_are_found_each_with_all_that_is_known_of_it() {
        List<Recorded<byte[]>> events =
                history.events(SCATTERED, 1, 100, PATIENCE).events();

        assertThat(events).extracting(Recorded::version).containsExactly(1L, 2L, 3L, 4L, 5L);
        assertThat(events.getLast().offset() - events.getFirst().offset()).isGreaterThan(500);
        Recorded<byte[]> first = events.getFirst();
        assertThat(first.type()).isEqualTo("OrderCreated");
        assertThat(new String(first.event(), StandardCharsets.UTF_8)).contains("\"orderId\":\"scattered\"");
        assertThat(first.metadata().id()).isEqualTo("scattered@1");
        assertThat(first.metadata().causationId()).isEqualTo("create-scattered");
        assertThat(first.metadata().correlationId()).isEqualTo("create-scattered");
        assertThat(first.metadata().traceparent()).isEqualTo("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    }

    @Test
    void a_page_holds_what_was_asked_for_and_no_more() {
        assertThat(history.events(RUN, 1000, 100, PATIENCE).events())
                .hasSize(100)
                .extracting(Recorded::version)
                .startsWith(1000L)
                .endsWith(1099L)
                .isSorted();
        assertThat(history.events(RUN, 1200, 100, PATIENCE).events()).hasSize(2);
        assertThat(history.events(RUN, 1202, 100, PATIENCE).events()).isEmpty();
    }

    @Test
    void the_state_as_of_a_version_is_that_after_so_many_events() {
        assertThat(text(history.asOf(RUN, 1, PATIENCE))).isEqualTo("String \"created\"");
        assertThat(text(history.asOf(RUN, 1100, PATIENCE))).isEqualTo("String \"cancelled\"");
        assertThat(text(history.asOf(RUN, 1201, PATIENCE))).isEqualTo(text(history.current(RUN, PATIENCE)));
    }

    @Test
    void what_does_not_exist_is_told_apart() {
        assertThat(problem(() -> history.current(new Subject("order", "nobody"), PATIENCE)))
                .satisfies(p -> assertThat(p.type()).isEqualTo(Problem.Type.NOT_FOUND))
                .satisfies(p -> assertThat(p.detail()).contains("[nobody] does not exist"));
        assertThat(problem(() -> history.asOf(RUN, 1202, PATIENCE)))
                .satisfies(p -> assertThat(p.type()).isEqualTo(Problem.Type.NOT_FOUND))
                .satisfies(p -> assertThat(p.detail()).contains("[1202]").contains("[1201]"));
        assertThat(problem(() -> history.current(new Subject("customer", "c-1"), PATIENCE)))
                .satisfies(p -> assertThat(p.type()).isEqualTo(Problem.Type.UNKNOWN_AGGREGATE))
                .satisfies(p -> assertThat(p.detail()).contains("[customer]").contains("[order]"));
    }

    @Test
    void an_owner_that_does_not_answer_is_named_in_time() {
        App orphaned = Shop.app("orphaned");
        var settings =
                new KafkaSettings(Map.of("bootstrap.servers", kafka.bootstrapServers()), "node-2", true, 2, (short) -1);
        Topics.ensure(orphaned, settings);
        try (var lonely = KafkaCommandGateway.start(orphaned, settings)) {
            assertThat(problem(() -> lonely.history().current(RUN, Duration.ofMillis(300))))
                    .satisfies(p -> assertThat(p.type()).isEqualTo(Problem.Type.UNAVAILABLE))
                    .satisfies(p -> assertThat(p.detail()).contains("[run] has not answered within 300 ms"));
        }
    }

    private static Problem problem(ThrowingCallable call) {
        var thrown = new ArrayList<Problem>();
        assertThatThrownBy(call).isInstanceOfSatisfying(ProblemException.class, e -> thrown.add(e.problem()));
        return thrown.getFirst();
    }

    private static String text(Standing standing) {
        State state = standing.state();
        return state.type() + " " + new String(state.json(), StandardCharsets.UTF_8);
    }

    private static Submission create(String id) {
        return send(
                "CreateOrder", "{\"orderId\":\"" + id + "\",\"product\":\"Widget\",\"quantity\":1}", "create-" + id);
    }

    private static Submission cancel(String id) {
        return send(
                "CancelOrder", "{\"orderId\":\"" + id + "\"}", UUID.randomUUID().toString());
    }

    private static Submission send(String type, String body, String key) {
        return gateway.send(new CommandRequest(
                type,
                body.getBytes(StandardCharsets.UTF_8),
                key,
                null,
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
    }
}
