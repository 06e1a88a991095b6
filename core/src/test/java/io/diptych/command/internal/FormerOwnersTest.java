package io.diptych.command.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.command.internal.FormerOwners.Open;
import io.diptych.command.internal.FormerOwners.Signer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the simulation comes upon too seldom to rely on. */
class FormerOwnersTest {

    private static final Signer FROZEN = new Signer("a", "member-1");

    @Test
    void a_signer_is_refused_though_another_process_of_its_name_is_a_member() {
        var group = new Group(List.of(), FROZEN, Map.of("member-2", "a"));

        FormerOwners.end(group, 0, "b");

        assertThat(group.fenced).containsExactly("a.0", "a.1");
    }

    @Test
    void a_signer_that_is_a_member_still_is_left_alone() {
        var group = new Group(List.of(), FROZEN, Map.of("member-1", "a"));

        FormerOwners.end(group, 0, "b");

        assertThat(group.fenced).isEmpty();
    }

    @Test
    void what_is_open_is_ended_of_nodes_that_are_no_members() {
        var group = new Group(List.of(new Open("a.1", "a"), new Open("c.0", "c")), null, Map.of("member-3", "c"));

        FormerOwners.end(group, 0, "b");

        assertThat(group.fenced).containsExactly("a.1");
    }

    private record Group(List<Open> open, @Nullable Signer last, Map<String, String> members, List<String> fenced)
            implements FormerOwners.Group {

        Group(List<Open> open, @Nullable Signer last, Map<String, String> members) {
            this(open, last, members, new ArrayList<>());
        }

        @Override
        public @Nullable Signer signer(int partition) {
            return last;
        }

        @Override
        public List<String> transactionalIds(String node) {
            return List.of(node + ".0", node + ".1");
        }

        @Override
        public void fence(List<String> transactionalIds) {
            fenced.addAll(transactionalIds);
        }
    }
}
