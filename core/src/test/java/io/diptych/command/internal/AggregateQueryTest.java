package io.diptych.command.internal;

import static io.diptych.command.CommandObserver.Outcome.ACCEPTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AggregateQueryTest {

    private final SingleNode node = new SingleNode();

    @Test
    void the_state_is_that_after_all_commands_before_the_question_and_none_after_it() {
        pay("a-1", 5);
        pay("a-1", 7);
        ask("a-1");
        pay("a-1", 9);

        node.drain();

        assertThat(node.replies()).containsExactly("excerpt v2 12 []");
    }

    @Test
    void the_places_of_events_are_told_in_order_those_of_the_same_transaction_included() {
        pay("a-1", 5);
        node.drain();
        pay("a-2", 1);
        pay("a-1", 100);
        ask("a-1", 1, 10);
        ask("a-1", 2, 1);
        pay("a-1", 9);

        node.drain();

        List<Long> offsets = offsets("a-1");
        assertThat(offsets).hasSize(4);
        assertThat(node.replies())
                .containsExactly("excerpt v3 - " + offsets.subList(0, 3), "excerpt v3 - " + offsets.subList(1, 2));
    }

    @Test
    void the_places_are_known_after_a_restart() {
        pay("a-1", 100);
        node.drain();
        node.restart();

        ask("a-1", 1, 10);
        node.drain();

        assertThat(node.replies()).containsExactly("excerpt v2 - " + offsets("a-1"));
    }

    @Test
    void an_aggregate_without_events_has_version_0() {
        ask("nobody");
        node.drain();

        assertThat(node.replies()).containsExactly("excerpt v0 0 []");
    }

    @Test
    void a_question_is_no_command_and_leaves_nothing_but_its_answer() {
        pay("a-1", 5);
        ask("a-1");
        ask("a-1");
        node.send(null, "a-1", "{}", Header.text(Headers.TYPE, AggregateQuery.TYPE));

        node.drain();

        assertThat(node.outcomes()).containsExactly(ACCEPTED);
        assertThat(node.events()).hasSize(1);
        assertThat(node.read("bank.dlq")).isEmpty();
        assertThat(node.replies()).containsExactly("excerpt v1 5 []", "excerpt v1 5 []");
    }

    @Test
    void a_question_on_another_partition_is_sent_on_to_the_owner() {
        pay("a-1", 5);
        node.drain();

        int elsewhere = (SimulatedKafka.partitionOf("a-1".getBytes()) + 1) % SimulatedKafka.PARTITIONS;
        send(elsewhere, "a-1", new AggregateQuery("a-1", null).headers());
        node.drain();

        assertThat(node.replies()).containsExactly("excerpt v1 5 []");
    }

    @ParameterizedTest
    @CsvSource({"0,1", "x,1", "1,0", "1,501", "1,many", "-1,1"})
    void a_question_that_makes_no_sense_is_refused_but_no_dead_letter(String from, String limit) {
        send(
                null,
                "a-1",
                List.of(
                        Header.text(Headers.TYPE, AggregateQuery.TYPE),
                        Header.text(Headers.FROM_VERSION, from),
                        Header.text(Headers.LIMIT, limit)));
        node.drain();

        assertThat(node.replies())
                .singleElement()
                .asString()
                .startsWith("refused invalid-header")
                .contains("must be a whole number");
        assertThat(node.read("bank.dlq")).isEmpty();
    }

    @Test
    void a_question_without_a_key_is_refused() {
        send(0, null, new AggregateQuery("", null).headers());
        node.drain();

        assertThat(node.replies()).singleElement().asString().startsWith("refused key-mismatch");
    }

    private void pay(String account, int amount) {
        node.send(null, account, account + " " + amount);
    }

    private void ask(String account) {
        send(null, account, new AggregateQuery(account, null).headers());
    }

    private void ask(String account, long from, int limit) {
        send(null, account, new AggregateQuery(account, new AggregateQuery.Range(from, limit)).headers());
    }

    private void send(@Nullable Integer partition, @Nullable String key, List<Header> headers) {
        var all = new ArrayList<>(headers);
        all.add(Header.text(Headers.REPLY_TOPIC, SingleNode.REPLIES));
        node.send(partition, key, "{}", all.toArray(Header[]::new));
    }

    private List<Long> offsets(String account) {
        return node.events().stream()
                .filter(event -> account.equals(event.text(Headers.SUBJECT)))
                .map(LogRecord::offset)
                .toList();
    }
}
