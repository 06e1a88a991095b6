package io.diptych.command.internal;

import static io.diptych.command.CommandObserver.Outcome.ACCEPTED;
import static io.diptych.command.CommandObserver.Outcome.CONFLICT;
import static io.diptych.command.CommandObserver.Outcome.DEAD_LETTERED;
import static io.diptych.command.CommandObserver.Outcome.DUPLICATE;
import static io.diptych.command.CommandObserver.Outcome.FORWARDED;
import static io.diptych.command.CommandObserver.Outcome.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.command.CommandObserver.Outcome;
import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CommandWorkerTest {

    private static final String REPLIES = "bank.replies";

    private final MemoryKafka kafka = new MemoryKafka();
    private final List<Outcome> outcomes = new ArrayList<>();
    private MemoryKafka.Client client = kafka.client("node");
    private CommandWorker<?, ?, ?> worker = new CommandWorker<>(Bank.setup(outcomes, 4), client);

    @Test
    void an_accepted_command_leaves_its_event_and_a_reply_with_the_events_place() {
        send("c-1", "a-1", 5);

        drain();

        LogRecord event = kafka.read(MemoryKafka.EVENTS).getFirst();
        assertThat(new String(event.value())).isEqualTo("5");
        assertThat(event.text(Headers.SUBJECT)).isEqualTo("a-1");
        assertThat(event.text(Headers.SEQUENCE)).isEqualTo("1");
        assertThat(event.text(Headers.CAUSATION_ID)).isEqualTo("c-1");
        assertThat(replies())
                .containsExactly("accepted v1 [PaidIn] account:" + event.partition() + ":" + event.offset());
    }

    @Test
    void a_duplicate_in_the_same_batch_is_answered_with_the_first_result() {
        send("c-1", "a-1", 100);
        send("c-1", "a-1", 100);

        drain();

        assertThat(outcomes).containsExactly(ACCEPTED, DUPLICATE);
        assertThat(replies()).hasSize(2).containsOnly(replies().getFirst());
        assertThat(kafka.read(MemoryKafka.EVENTS)).hasSize(2);
    }

    @Test
    void a_duplicate_after_a_restart_is_answered_with_the_first_result() {
        send("c-1", "a-1", 100);
        drain();
        restart();

        send("c-1", "a-1", 100);
        drain();

        assertThat(outcomes).containsExactly(ACCEPTED, DUPLICATE);
        assertThat(replies()).hasSize(2).containsOnly(replies().getFirst());
        assertThat(kafka.read(MemoryKafka.EVENTS)).hasSize(2);
    }

    @Test
    void another_command_under_a_used_id_is_refused() {
        send("c-1", "a-1", 5);
        send("c-1", "a-1", 6);

        drain();

        assertThat(replies().getLast())
                .startsWith("refused idempotency-key-reused")
                .contains("[c-1]");
        assertThat(kafka.read(MemoryKafka.EVENTS)).hasSize(1);
    }

    @Test
    void a_rejection_is_not_remembered() {
        send("c-1", "a-1", -5);
        send("c-1", "a-1", -5);

        drain();

        assertThat(outcomes).containsExactly(REJECTED, REJECTED);
        assertThat(kafka.read("bank.dlq")).isEmpty();
    }

    @Test
    void a_command_that_changes_nothing_is_answered_with_the_position_it_read() {
        send("c-1", "a-1", 5);
        send("c-2", "a-1", 0);

        drain();

        String first = replies().getFirst();
        assertThat(replies().getLast()).isEqualTo("accepted v1 [] " + first.substring(first.lastIndexOf(' ') + 1));
    }

    @Test
    void an_expected_version_that_is_not_the_version_is_a_conflict() {
        send("c-1", "a-1", 5);
        send("c-2", "a-1", 5, Header.text(Headers.EXPECTED_VERSION, "7"));
        send("c-3", "a-1", 5, Header.text(Headers.EXPECTED_VERSION, "1"));

        drain();

        assertThat(outcomes).containsExactly(ACCEPTED, CONFLICT, ACCEPTED);
        assertThat(replies().get(1)).contains("version [1], not [7]");
    }

    @Test
    void a_command_on_the_wrong_partition_is_forwarded_and_handled_once() {
        int wrong = (MemoryKafka.partitionOf("a-1".getBytes()) + 1) % MemoryKafka.PARTITIONS;
        kafka.send(MemoryKafka.COMMANDS, wrong, null, "a-1 5");

        drain();

        assertThat(outcomes).containsExactly(FORWARDED, ACCEPTED);
        assertThat(kafka.read(MemoryKafka.EVENTS)).singleElement().satisfies(event -> {
            assertThat(event.partition()).isEqualTo(MemoryKafka.partitionOf("a-1".getBytes()));
            assertThat(event.text(Headers.CAUSATION_ID)).isEqualTo(MemoryKafka.COMMANDS + "/" + wrong + "/0");
        });
    }

    @Test
    void a_key_may_carry_the_aggregates_name_but_not_another_id() {
        kafka.send(MemoryKafka.COMMANDS, null, "account-1", "1 5");
        kafka.send(MemoryKafka.COMMANDS, null, "account-2", "1 5");

        drain();

        assertThat(kafka.read(MemoryKafka.EVENTS)).hasSize(1);
        assertThat(kafka.read("bank.dlq")).singleElement().satisfies(letter -> {
            assertThat(letter.text(Headers.ERROR_TYPE)).isEqualTo("key-mismatch");
            assertThat(letter.text(Headers.ERROR_DETAIL)).contains("[account-2]", "[1]");
        });
    }

    @Test
    void an_unusable_record_is_answered_and_dead_lettered_and_the_next_goes_on() {
        send("c-0", "a-1", 1);
        kafka.send(MemoryKafka.COMMANDS, home("a-1"), null, "nonsense", headers("c-1"));
        send("c-2", "a-1", 5);

        drain();

        assertThat(outcomes).containsExactly(ACCEPTED, DEAD_LETTERED, ACCEPTED);
        LogRecord letter = kafka.read("bank.dlq").getFirst();
        assertThat(new String(letter.value())).isEqualTo("nonsense");
        assertThat(letter.text(Headers.ERROR_DETAIL)).contains("[nonsense]");
        assertThat(letter.text(Headers.ORIGINAL_TOPIC)).isEqualTo(MemoryKafka.COMMANDS);
        assertThat(letter.text(Headers.ORIGINAL_OFFSET)).isEqualTo("1");
        assertThat(replies()).anyMatch(reply -> reply.startsWith("refused malformed"));
    }

    @Test
    void a_decider_that_fails_costs_its_command_only() {
        send("c-1", "a-1", 666);
        send("c-2", "a-1", 5);

        drain();

        assertThat(outcomes).containsExactly(DEAD_LETTERED, ACCEPTED);
        assertThat(replies().getFirst()).startsWith("refused handler-failed").contains("a defect");
        assertThat(kafka.read(MemoryKafka.EVENTS)).hasSize(1);
    }

    @Test
    void only_the_last_results_are_kept() {
        for (int i = 0; i < 5; i++) {
            send("c-" + i, "a-1", 1);
        }
        send("c-1", "a-1", 1);
        send("c-0", "a-1", 1);

        drain();

        assertThat(outcomes.subList(5, 7)).containsExactly(DUPLICATE, ACCEPTED);
    }

    @ParameterizedTest
    @EnumSource(MemoryKafka.Fault.class)
    void a_failing_log_neither_loses_nor_doubles_a_command(MemoryKafka.Fault fault) {
        send("c-1", "a-1", 5);
        drain();
        send("c-2", "a-1", 6);
        client.failAt(fault);

        drain();

        assertThat(kafka.read(MemoryKafka.EVENTS))
                .extracting(event -> event.text(Headers.SEQUENCE) + ":" + event.text(Headers.CAUSATION_ID))
                .containsExactly("1:c-1", "2:c-2");
        assertThat(replies()).hasSize(2);
    }

    private void restart() {
        worker.close();
        client = kafka.client("node");
        worker = new CommandWorker<>(Bank.setup(outcomes, 4), client);
    }

    private void drain() {
        for (int i = 0; i < 100 && !kafka.isDrained(); i++) {
            worker.step(Duration.ZERO);
        }
        assertThat(kafka.isDrained()).isTrue();
    }

    private void send(String id, String account, int amount, Header... more) {
        var headers = new ArrayList<>(List.of(headers(id)));
        headers.addAll(List.of(more));
        kafka.send(MemoryKafka.COMMANDS, null, account, account + " " + amount, headers.toArray(Header[]::new));
    }

    private static int home(String account) {
        return MemoryKafka.partitionOf(account.getBytes());
    }

    private static Header[] headers(String id) {
        return new Header[] {Header.text(Headers.ID, id), Header.text(Headers.REPLY_TOPIC, REPLIES)};
    }

    private List<String> replies() {
        return kafka.read(REPLIES).stream()
                .map(reply -> new String(reply.value()))
                .toList();
    }
}
