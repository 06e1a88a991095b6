package io.diptych.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.chaos.cluster.Target;
import io.diptych.chaos.cluster.Target.Group;
import io.diptych.chaos.fault.Fault.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {

    private static final Duration END = Duration.ofMinutes(10);
    private static final Duration SESSION = Duration.ofSeconds(4);
    private static final List<Target> TARGETS = List.of(
            new Nothing("broker-1", Group.BROKER),
            new Nothing("broker-2", Group.BROKER),
            new Nothing("broker-3", Group.BROKER),
            new Nothing("postgres", Group.DATABASE),
            new Nothing("command-1", Group.COMMAND),
            new Nothing("command-2", Group.COMMAND),
            new Nothing("gateway-1", Group.GATEWAY),
            new Nothing("projection-1", Group.PROJECTION));

    /** A part that is only named. */
    private record Nothing(String name, Group group) implements Target {
        @Override
        public void kill() {}

        @Override
        public void stop() {}

        @Override
        public void start() {}

        @Override
        public void freeze() {}

        @Override
        public void thaw() {}

        @Override
        public boolean up() {
            return true;
        }
    }

    private static Schedule draw(long seed) {
        return Schedule.draw(seed, END, TARGETS, SESSION);
    }

    @Test
    void the_same_seed_gives_the_same_faults_and_another_seed_others() {
        assertThat(draw(7)).isEqualTo(draw(7)).isNotEqualTo(draw(8));
    }

    @Test
    void never_are_two_brokers_attacked_at_once_and_all_is_mended_before_the_end() {
        for (long seed = 0; seed < 100; seed++) {
            Duration free = Duration.ZERO;
            for (Fault fault : draw(seed).faults().getOrDefault(Group.BROKER, List.of())) {
                assertThat(fault.at()).isGreaterThan(free);
                free = fault.at().plus(fault.holds());
                assertThat(free).isLessThanOrEqualTo(END);
            }
        }
    }

    @Test
    void every_kind_of_fault_hits_every_kind_of_part_and_freezes_are_shorter_and_longer_than_a_session() {
        var drawn = new ArrayList<Fault>();
        for (long seed = 0; seed < 10; seed++) {
            draw(seed).faults().values().forEach(drawn::addAll);
        }
        for (Target target : TARGETS) {
            for (Kind kind : Kind.values()) {
                assertThat(drawn).anyMatch(fault -> fault.target().equals(target.name()) && fault.kind() == kind);
            }
        }
        assertThat(drawn)
                .filteredOn(fault -> fault.kind() == Kind.FREEZE)
                .anyMatch(fault -> fault.holds().compareTo(SESSION) < 0)
                .anyMatch(fault -> fault.holds().compareTo(SESSION) > 0)
                .anyMatch(fault -> fault.holds().compareTo(Duration.ofSeconds(10)) > 0);
    }
}
