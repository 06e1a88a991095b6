package io.diptych.bench.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.bench.load.KafkaLoad.Command;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DepositsTest {

    @Test
    void all_accounts_are_open_before_any_gets_more_and_then_all_get_some() {
        var deposits = Deposits.among(100).withHistory(30, 10);

        assertThat(deposits.untilOpen(0)).isEqualTo(300);
        Map<String, Integer> opened = events(deposits, 0, 300);
        assertThat(opened).hasSize(100);
        assertThat(opened.values()).containsOnly(30);
        assertThat(deposits.untilOpen(300)).isZero();
        Map<String, Integer> more = events(deposits, 300, 3000);
        assertThat(more.keySet()).isEqualTo(opened.keySet());
        assertThat(more.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(2700);
        assertThat(deposits.reached(3000)).isEqualTo(100);
    }

    @Test
    void fresh_accounts_have_had_nothing_in_earlier_rounds() {
        var deposits = Deposits.among(100).withHistory(5, 5).withFreshAccountsAfter(1000);

        Map<String, Integer> first = events(deposits, 0, 1100);
        Map<String, Integer> second = events(deposits, 1100, 2200);

        assertThat(first.keySet()).hasSize(100).doesNotContainAnyElementsOf(second.keySet());
        assertThat(deposits.untilOpen(1100)).isEqualTo(100);
        assertThat(events(deposits, 1100, 1200).values()).hasSize(100).containsOnly(5);
        assertThat(deposits.reached(1100)).isEqualTo(100);
        assertThat(deposits.reached(2200)).isEqualTo(200);
    }

    @Test
    void a_command_has_about_as_many_bytes_as_are_wanted() {
        var deposits = Deposits.among(10_000).ofBytes(1024);

        assertThat(deposits.apply(0).bytes()).hasSize(1024);
        assertThat(deposits.apply(9_999).bytes()).hasSizeBetween(1024, 1034);
    }

    private static Map<String, Integer> events(Deposits deposits, long from, long to) {
        var events = new HashMap<String, Integer>();
        LongStream.range(from, to).forEach(number -> {
            Command command = deposits.apply(number);
            events.merge(command.key(), command.events(), Integer::sum);
        });
        return events;
    }
}
