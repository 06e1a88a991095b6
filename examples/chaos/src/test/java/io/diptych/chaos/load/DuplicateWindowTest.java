package io.diptych.chaos.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DuplicateWindowTest {

    @Test
    void while_a_command_is_not_settled_only_so_many_later_ones_are_begun() {
        var window = new DuplicateWindow();
        long first = window.begin().orElseThrow();
        for (int i = 0; i < DuplicateWindow.LIMIT; i++) {
            window.settle(window.begin().orElseThrow());
        }

        assertThat(window.begin()).isEmpty();
        window.settle(first);
        assertThat(window.begin()).isPresent();
    }
}
