package io.diptych.command.internal;

import static io.diptych.command.CommandObserver.Outcome.ACCEPTED;
import static io.diptych.command.CommandObserver.Outcome.CONFLICT;
import static io.diptych.command.CommandObserver.Outcome.DEAD_LETTERED;
import static io.diptych.command.CommandObserver.Outcome.DUPLICATE;
import static io.diptych.command.CommandObserver.Outcome.FORWARDED;
import static io.diptych.command.CommandObserver.Outcome.REJECTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import io.diptych.command.internal.Interference.Point;
import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import io.diptych.message.internal.LogException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CommandWorkerTest {

    private @Nullable Point failing;
    private Duration perEvent = Duration.ZERO;
    private final List<List<String>> transactions = new ArrayList<>();
    private final SingleNode node = new SingleNode(new Interference.Nothing() {
        @Override
        public void at(Point point) {
            if (point == failing) {
                failing = null;
                throw new LogException("Injected at " + point, new IllegalStateException());
            }
            if (point == Point.COMMIT) {
                transactions.add(new ArrayList<>());
            }
            if (point == Point.APPEND) {
                node().pass(perEvent);
            }
        }

        @Override
        public void answered(String commandId) {
            transactions.getLast().add(commandId);
        }
    });

    @Test
    void an_accepted_command_leaves_its_event_and_a_reply_with_the_events_place() {
        send("c-1", "a-1", 5);

        node.drain();

        LogRecord event = node.events().getFirst();
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

        node.drain();

        assertThat(node.outcomes()).containsExactly(ACCEPTED, DUPLICATE);
        assertThat(replies()).hasSize(2).containsOnly(replies().getFirst());
        assertThat(node.events()).hasSize(2);
    }

    @Test
    void a_duplicate_after_a_restart_is_answered_with_the_first_result() {
        send("c-1", "a-1", 100);
        node.drain();
        node.restart();

        send("c-1", "a-1", 100);
        node.drain();

        assertThat(node.outcomes()).containsExactly(ACCEPTED, DUPLICATE);
        assertThat(replies()).hasSize(2).containsOnly(replies().getFirst());
        assertThat(node.events()).hasSize(2);
    }

    @Test
    void another_command_under_a_used_id_is_refused() {
        send("c-1", "a-1", 5);
        send("c-1", "a-1", 6);

        node.drain();

        assertThat(replies().getLast())
                .startsWith("refused idempotency-key-reused")
                .contains("[c-1]");
        assertThat(node.events()).hasSize(1);
    }

    @Test
    void a_rejection_is_not_remembered() {
        send("c-1", "a-1", -5);
        send("c-1", "a-1", -5);

        node.drain();

        assertThat(node.outcomes()).containsExactly(REJECTED, REJECTED);
        assertThat(node.read("bank.dlq")).isEmpty();
    }

    @Test
    void a_command_that_changes_nothing_is_answered_with_the_position_it_read() {
        send("c-1", "a-1", 5);
        send("c-2", "a-1", 0);

        node.drain();

        String first = replies().getFirst();
        assertThat(replies().getLast()).isEqualTo("accepted v1 [] " + first.substring(first.lastIndexOf(' ') + 1));
    }

    @Test
    void an_expected_version_that_is_not_the_version_is_a_conflict() {
        send("c-1", "a-1", 5);
        send("c-2", "a-1", 5, Header.text(Headers.EXPECTED_VERSION, "7"));
        send("c-3", "a-1", 5, Header.text(Headers.EXPECTED_VERSION, "1"));

        node.drain();

        assertThat(node.outcomes()).containsExactly(ACCEPTED, CONFLICT, ACCEPTED);
        assertThat(replies().get(1)).contains("version [1], not [7]");
    }

    @Test
    void a_command_on_the_wrong_partition_is_forwarded_and_handled_once() {
        int wrong = (SimulatedKafka.partitionOf("a-1".getBytes()) + 1) % SimulatedKafka.PARTITIONS;
        node.send(wrong, null, "a-1 5");

        node.drain();

        assertThat(node.outcomes()).containsExactly(FORWARDED, ACCEPTED);
        assertThat(node.events()).singleElement().satisfies(event -> {
            assertThat(event.partition()).isEqualTo(SimulatedKafka.partitionOf("a-1".getBytes()));
            assertThat(event.text(Headers.CAUSATION_ID)).isEqualTo(SimulatedKafka.COMMANDS + "/" + wrong + "/0");
        });
    }

    @Test
    void a_key_may_carry_the_aggregates_name_but_not_another_id() {
        node.send(null, "account-1", "1 5");
        node.send(null, "account-2", "1 5");

        node.drain();

        assertThat(node.events()).hasSize(1);
        assertThat(node.read("bank.dlq")).singleElement().satisfies(letter -> {
            assertThat(letter.text(Headers.ERROR_TYPE)).isEqualTo("key-mismatch");
            assertThat(letter.text(Headers.ERROR_DETAIL)).contains("[account-2]", "[1]");
        });
    }

    @Test
    void an_unusable_record_is_answered_and_dead_lettered_and_the_next_goes_on() {
        send("c-0", "a-1", 1);
        node.send(home("a-1"), null, "nonsense", headers("c-1"));
        send("c-2", "a-1", 5);

        node.drain();

        assertThat(node.outcomes()).containsExactly(ACCEPTED, DEAD_LETTERED, ACCEPTED);
        LogRecord letter = node.read("bank.dlq").getFirst();
        assertThat(new String(letter.value())).isEqualTo("nonsense");
        assertThat(letter.text(Headers.ERROR_DETAIL)).contains("[nonsense]");
        assertThat(letter.text(Headers.ORIGINAL_TOPIC)).isEqualTo(SimulatedKafka.COMMANDS);
        assertThat(letter.text(Headers.ORIGINAL_OFFSET)).isEqualTo("1");
        assertThat(replies()).anyMatch(reply -> reply.startsWith("refused malformed"));
    }

    @Test
    void a_decider_that_fails_costs_its_command_only() {
        send("c-1", "a-1", 666);
        send("c-2", "a-1", 5);

        node.drain();

        assertThat(node.outcomes()).containsExactly(DEAD_LETTERED, ACCEPTED);
        assertThat(replies().getFirst()).startsWith("refused handler-failed").contains("a defect");
        assertThat(node.events()).hasSize(1);
    }

    @Test
    void an_owner_that_cannot_read_on_says_so_and_goes_on_once_it_can() {
        node.loseTheEndOfATransaction();
        send("c-1", "a-1", 5);

        assertThat(node.statusAfter(Duration.ofSeconds(20)).reason()).startsWith("reads the events of");
        assertThat(node.statusAfter(Duration.ofSeconds(20)).reason()).contains("transaction", "nobody ends");

        node.drain();
        assertThat(node.statusAfter(Duration.ZERO).reason()).isNull();
        assertThat(node.outcomes()).containsExactly(ACCEPTED);
    }

    @Test
    void a_large_command_comes_after_the_small_ones_that_it_came_with_and_shares_no_transaction() {
        node.send(null, "a-1", "a-1 " + "0".repeat(300 * 1024) + "5", headers("large"));
        send("behind it", "a-1", 1, Header.text(Headers.EXPECTED_VERSION, "1"));
        send("beside it", "a-2", 1);
        send("beside it too", "a-3", 1);

        node.drain();

        assertThat(transactions())
                .containsExactly(List.of("beside it", "beside it too"), List.of("large"), List.of("behind it"));
        assertThat(node.outcomes()).containsOnly(ACCEPTED);
    }

    @Test
    void small_commands_that_lead_to_many_events_share_no_transaction() {
        send("many", "a-1", 20_000);
        send("as many", "a-2", 20_000);
        send("one", "a-1", 1, Header.text(Headers.EXPECTED_VERSION, "20000"));
        send("another", "a-2", 1, Header.text(Headers.EXPECTED_VERSION, "20000"));

        node.drain();

        assertThat(transactions()).containsExactly(List.of("many"), List.of("one", "as many"), List.of("another"));
        assertThat(node.outcomes()).containsOnly(ACCEPTED);
    }

    @Test
    void commands_that_take_long_share_a_transaction_no_longer_than_it_may_be_open() {
        perEvent = Duration.ofMillis(150);
        for (int i = 0; i < 8; i++) {
            send("c-" + i, "a-1", 1);
        }

        node.drain();

        // The event of the last command so far waits for the next: with three, two were stored meanwhile.
        assertThat(transactions())
                .containsExactly(List.of("c-0", "c-1", "c-2"), List.of("c-3", "c-4", "c-5"), List.of("c-6", "c-7"));
        assertThat(node.outcomes()).hasSize(8).containsOnly(ACCEPTED);
    }

    @Test
    void the_last_command_of_a_transaction_that_took_too_long_comes_first_in_the_next() {
        send("c", "a-1", 1);
        node.drain(); // So that the next commit is one with commands.
        perEvent = Duration.ofMillis(150);
        for (int i = 0; i < 8; i++) {
            send("c-" + i, "a-1", 1);
        }
        failing = Point.COMMIT;

        node.drain();

        assertThat(transactions())
                .containsExactly(
                        List.of("c"),
                        List.of("c-0", "c-1"),
                        List.of("c-2", "c-3", "c-4"),
                        List.of("c-5", "c-6", "c-7"));
        assertThat(node.events()).hasSize(9);
    }

    @Test
    void small_commands_share_a_transaction() {
        for (int i = 0; i < 8; i++) {
            send("c-" + i, "a-" + i, 1);
        }

        node.drain();

        assertThat(transactions()).singleElement().asInstanceOf(LIST).hasSize(8);
    }

    @Test
    void only_the_last_results_are_kept() {
        for (int i = 0; i < 5; i++) {
            send("c-" + i, "a-1", 1);
        }
        send("c-1", "a-1", 1);
        send("c-0", "a-1", 1);

        node.drain();

        assertThat(node.outcomes().subList(5, 7)).containsExactly(DUPLICATE, ACCEPTED);
    }

    @ParameterizedTest
    @EnumSource(
            value = Point.class,
            names = {"BEGIN", "APPEND", "APPENDED", "SEND", "COMMIT", "POSITIONS_ADDED", "COMMITTED"})
    void a_failing_log_neither_loses_nor_doubles_a_command(Point point) {
        var clients = Header.text(Headers.REPLY_TOPIC, "answers");
        send("c-1", "a-1", 5, clients);
        node.drain();
        send("c-2", "a-1", 6, clients);
        failing = point;

        node.drain();

        assertThat(failing).isNull();
        assertThat(node.events())
                .extracting(event -> event.text(Headers.SEQUENCE) + ":" + event.text(Headers.CAUSATION_ID))
                .containsExactly("1:c-1", "2:c-2");
        assertThat(node.read("answers")).hasSize(2);
    }

    /** Which commands each transaction answered, but for those that only add positions. */
    private List<List<String>> transactions() {
        return transactions.stream().filter(answered -> !answered.isEmpty()).toList();
    }

    @Test
    void a_gateway_is_answered_after_the_commit_and_not_again_when_that_fails() {
        send("c-1", "a-1", 5);
        failing = Point.ANSWER;

        node.drain();
        assertThat(replies()).isEmpty();
        send("c-1", "a-1", 5);
        node.drain();

        assertThat(node.events()).hasSize(1);
        assertThat(replies()).singleElement().asString().startsWith("accepted v1");
    }

    private SingleNode node() {
        return node;
    }

    private void send(String id, String account, int amount, Header... more) {
        var headers = new ArrayList<>(List.of(headers(id)));
        headers.addAll(List.of(more));
        node.send(null, account, account + " " + amount, headers.toArray(Header[]::new));
    }

    private static int home(String account) {
        return SimulatedKafka.partitionOf(account.getBytes());
    }

    private static Header[] headers(String id) {
        return new Header[] {Header.text(Headers.ID, id), Header.text(Headers.REPLY_TOPIC, SingleNode.REPLIES)};
    }

    private List<String> replies() {
        return node.replies();
    }
}
