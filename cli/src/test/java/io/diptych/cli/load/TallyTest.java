package io.diptych.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.cli.load.CommandLines.Unreadable;
import io.diptych.message.ConsistencyToken;
import org.junit.jupiter.api.Test;

class TallyTest {

    @Test
    void a_thousand_bad_lines_are_counted_and_a_hundred_kept() {
        var tally = new Tally();
        for (int i = 1; i <= 1000; i++) {
            tally.unreadable(new Unreadable(i, "bad"));
        }

        assertThat(tally.unreadable()).isEqualTo(1000);
        assertThat(tally.firstUnreadable()).hasSize(100);
        assertThat(tally.lines()).isEqualTo(1000);
    }

    @Test
    void the_furthest_token_grows_with_partitions_not_with_commands() {
        var tally = new Tally();
        for (int i = 0; i < 1000; i++) {
            tally.accepted(ConsistencyToken.of("order", i % 3, i));
        }

        assertThat(tally.furthest()).hasToString("order:0:999;1:997;2:998");
    }
}
