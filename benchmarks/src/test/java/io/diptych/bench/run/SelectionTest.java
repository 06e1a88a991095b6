package io.diptych.bench.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SelectionTest {

    private final List<Suite> all = List.of(
            suite("kafka", true, "copy", "diptych"),
            suite("http", true, "echo", "diptych"),
            suite("restart", false, "diptych"),
            suite("growth/rows", false, "10", "1000"),
            suite("growth/partitions", false, "1"));

    @Test
    void nothing_chosen_is_all_that_is_measured_by_default() {
        assertThat(chosen()).containsExactly("kafka/copy", "kafka/diptych", "http/echo", "http/diptych");
    }

    @Test
    void a_word_is_a_suite_a_workload_of_all_suites_or_one_workload() {
        assertThat(chosen("http")).containsExactly("http/echo", "http/diptych");
        assertThat(chosen("diptych")).containsExactly("kafka/diptych", "http/diptych", "restart/diptych");
        assertThat(chosen("kafka/diptych", "echo")).containsExactly("kafka/diptych", "http/echo");
    }

    @Test
    void a_word_may_be_what_several_suites_begin_with() {
        assertThat(chosen("growth")).containsExactly("growth/rows/10", "growth/rows/1000", "growth/partitions/1");
        assertThat(chosen("growth/rows")).containsExactly("growth/rows/10", "growth/rows/1000");
        assertThat(chosen("growth/rows/10")).containsExactly("growth/rows/10");
        assertThatThrownBy(() -> chosen("grow")).hasMessageContaining("[grow]");
    }

    @Test
    void a_word_that_stands_for_nothing_is_refused_with_those_that_stand_for_something() {
        assertThatThrownBy(() -> chosen("kafka", "marten"))
                .hasMessageContaining("[marten]")
                .hasMessageContaining("copy");
    }

    private List<String> chosen(String... words) {
        return Selection.of(all, List.of(words)).stream()
                .flatMap(suite -> suite.workloads().stream().map(suite::fullName))
                .toList();
    }

    private static Suite suite(String name, boolean inDefault, String... workloads) {
        return new Suite(
                name,
                name,
                inDefault,
                List.of(),
                Stream.of(workloads).<Workload>map(Named::new).toList());
    }

    private record Named(String name) implements Workload {

        @Override
        public String description() {
            return name;
        }

        @Override
        public void prepare() {}

        @Override
        public void round(Figures figures) {}

        @Override
        public void finish(Figures figures) {}

        @Override
        public void close() {}
    }
}
