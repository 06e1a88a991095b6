package io.diptych.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diptych.message.ProblemException;
import io.diptych.server.internal.InFlight.Place;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InFlightTest {

    private static final long MIB = 1024 * 1024;

    private final InFlight inFlight = new InFlight("commands", 2000);
    private final List<Place> taken = new ArrayList<>();

    private void enter(int times, long bytes) {
        for (int i = 0; i < times; i++) {
            taken.add(inFlight.enter(bytes));
        }
    }

    @Test
    void small_ones_are_bounded_by_their_number() {
        enter(2000, 100);

        assertThatThrownBy(() -> inFlight.enter(100))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("already [2000] commands");
        assertThat(inFlight.count()).isEqualTo(2000);
    }

    @Test
    void large_ones_and_those_of_unknown_size_are_bounded_by_their_bytes() {
        enter(200, MIB);
        enter(56, -1);

        assertThatThrownBy(() -> inFlight.enter(100)).hasMessageContaining("have [256] MiB of content");
        assertThat(inFlight.count()).isEqualTo(256);
    }

    @Test
    void what_is_answered_makes_room_for_as_much() {
        enter(256, MIB);
        taken.removeLast().close();

        enter(1, MIB);

        assertThatThrownBy(() -> inFlight.enter(1)).isInstanceOf(ProblemException.class);
        taken.forEach(Place::close);
        assertThat(inFlight.count()).isZero();
    }
}
