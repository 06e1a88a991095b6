package io.diptych.command.internal;

import static io.diptych.command.CommandObserver.Outcome.ACCEPTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.command.CommandObserver.Outcome;
import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AggregateQueryTest {

    private static final String REPLIES = "bank.replies";

    private final MemoryKafka kafka = new MemoryKafka();
    private final List<Outcome> outcomes = new ArrayList<>();
    private CommandWorker<?, ?, ?> worker = new CommandWorker<>(Bank.setup(outcomes, 4), kafka.client("node"));

    @Test
    void the_state_is_that_after_all_commands_before_the_question_and_none_after_it() {
        pay("a-1", 5);
        pay("a-1", 7);
        ask("a-1");
        pay("a-1", 9);

        drain();

        assertThat(answers()).containsExactly("excerpt v2 12 []");
    }

    @Test
    void the_places_of_events_are_told_in_order_those_of_the_same_transaction_included() {
        pay("a-1", 5);
        drain();
        pay("a-2", 1);
        pay("a-1", 100);
        ask("a-1", 1, 10);
        ask("a-1", 2, 1);
        pay("a-1", 9);

        drain();

        List<Long> offsets = offsets("a-1");
        assertThat(offsets).hasSize(4);
        assertThat(answers())
                .containsExactly("excerpt v3 - " + offsets.subList(0, 3), "excerpt v3 - " + offsets.subList(1, 2));
    }

    @Test
    void the_places_are_known_after_a_restart() {
        pay("a-1", 100);
        drain();
        worker.close();
        worker = new CommandWorker<>(Bank.setup(outcomes, 4), kafka.client("node"));

        ask("a-1", 1, 10);
        drain();

        assertThat(answers()).containsExactly("excerpt v2 - " + offsets("a-1"));
    }

    @Test
    void an_aggregate_without_events_has_version_0() {
        ask("nobody");
        drain();

        assertThat(answers()).containsExactly("excerpt v0 0 []");
    }

    @Test
    void a_question_is_no_command_and_leaves_nothing_but_its_answer() {
        pay("a-1", 5);
        ask("a-1");
        ask("a-1");
        kafka.send(MemoryKafka.COMMANDS, null, "a-1", "{}", Header.text(Headers.TYPE, AggregateQuery.TYPE));

        drain();

        assertThat(outcomes).containsExactly(ACCEPTED);
        assertThat(kafka.read(MemoryKafka.EVENTS)).hasSize(1);
        assertThat(kafka.read("bank.dlq")).isEmpty();
        assertThat(answers()).containsExactly("excerpt v1 5 []", "excerpt v1 5 []");
    }

    @Test
    void a_question_on_another_partition_is_sent_on_to_the_owner() {
        pay("a-1", 5);
        drain();

        int elsewhere = (MemoryKafka.partitionOf("a-1".getBytes()) + 1) % MemoryKafka.PARTITIONS;
        send(elsewhere, "a-1", new AggregateQuery("a-1", null).headers());
        drain();

        assertThat(answers()).containsExactly("excerpt v1 5 []");
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
        drain();

        assertThat(answers())
                .singleElement()
                .asString()
                .startsWith("refused invalid-header")
                .contains("must be a whole number");
        assertThat(kafka.read("bank.dlq")).isEmpty();
    }

    @Test
    void a_question_without_a_key_is_refused() {
        send(0, null, new AggregateQuery("", null).headers());
        drain();

        assertThat(answers()).singleElement().asString().startsWith("refused key-mismatch");
    }

    private void pay(String account, int amount) {
        kafka.send(MemoryKafka.COMMANDS, null, account, account + " " + amount);
    }

    private void ask(String account) {
        send(null, account, new AggregateQuery(account, null).headers());
    }

    private void ask(String account, long from, int limit) {
        send(null, account, new AggregateQuery(account, new AggregateQuery.Range(from, limit)).headers());
    }

    private void send(@Nullable Integer partition, @Nullable String key, List<Header> headers) {
        var all = new ArrayList<>(headers);
        all.add(Header.text(Headers.REPLY_TOPIC, REPLIES));
        kafka.send(MemoryKafka.COMMANDS, partition, key, "{}", all.toArray(Header[]::new));
    }

    private void drain() {
        for (int i = 0; i < 100 && !kafka.isDrained(); i++) {
            worker.step(Duration.ZERO);
        }
        assertThat(kafka.isDrained()).isTrue();
    }

    private List<String> answers() {
        return kafka.read(REPLIES).stream()
                .map(reply -> new String(reply.value()))
                .toList();
    }

    private List<Long> offsets(String account) {
        return kafka.read(MemoryKafka.EVENTS).stream()
                .filter(event -> account.equals(event.text(Headers.SUBJECT)))
                .map(LogRecord::offset)
                .toList();
    }
}
