package io.diptych.bench.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RunnerTest {

    private static final Metric RATE = Metric.rate("rate", "1/s");
    private static final int ROUNDS = 2;

    private final List<String> steps = new ArrayList<>();
    private final Results results = new Results();

    @Test
    void the_rounds_of_what_is_compared_take_turns_and_the_first_do_not_count() throws InterruptedException {
        run(new Recorded("a", ""), new Recorded("b", ""));

        assertThat(steps)
                .containsExactly(
                        "a prepare",
                        "b prepare",
                        "a round", // warms up
                        "b round",
                        "a round", // warms up
                        "b round",
                        "a round",
                        "b round",
                        "a round",
                        "b round",
                        "a finish",
                        "b finish",
                        "a close",
                        "b close");
        assertThat(results.of("s/a", RATE))
                .hasValueSatisfying(values -> assertThat(values.all()).hasSize(2));
    }

    @Test
    void one_that_fails_is_told_and_closed_and_keeps_nobody_from_being_measured() throws InterruptedException {
        run(new Recorded("a", "round"), new Recorded("b", "prepare"), new Recorded("c", ""));

        assertThat(steps)
                .containsExactly(
                        "a prepare",
                        "b prepare",
                        "c prepare",
                        "a round",
                        "c round",
                        "c round",
                        "c round",
                        "c round",
                        "c finish",
                        "a close",
                        "b close",
                        "c close");
        assertThat(results.failures()).containsOnlyKeys("s/a", "s/b");
        assertThat(results.of("s/c", RATE)).isPresent();
    }

    @Test
    void figures_of_a_result_that_was_wrong_do_not_count() throws InterruptedException {
        run(new Recorded("a", "finish"));

        assertThat(results.failures()).containsEntry("s/a", "wrong in finish");
        assertThat(results.of("s/a", RATE)).isEmpty();
    }

    @Test
    void rounds_do_not_count_until_the_compilers_are_quiet() throws InterruptedException {
        var workload = new Recorded("a", "");

        // Each round of this test takes far less than a second, so a second more is busy, and nothing more is quiet.
        run(new WarmUp(busyIn(4), Duration.ofMinutes(5)), workload);

        assertThat(steps.stream().filter("a round"::equals)).hasSize(5 + ROUNDS);
        assertThat(results.of("s/a", RATE))
                .hasValueSatisfying(values -> assertThat(values.all()).hasSize(ROUNDS));
        assertThat(results.of("s", WarmUp.BUSY))
                .hasValueSatisfying(values -> assertThat(values.all()).containsExactly(0.0, 0.0));
        assertThat(results.of("s", WarmUp.TIME)).isPresent();
    }

    @Test
    void what_is_busy_for_ever_is_measured_and_told_to_be_so() throws InterruptedException {
        run(new WarmUp(busyIn(Integer.MAX_VALUE), Duration.ofNanos(1)), new Recorded("a", ""));

        assertThat(steps.stream().filter("a round"::equals)).hasSize(WarmUp.ROUNDS_AT_LEAST + ROUNDS);
        assertThat(results.of("s", WarmUp.BUSY))
                .hasValueSatisfying(values -> assertThat(values.min()).isGreaterThan(100 * WarmUp.QUIET));
    }

    @Test
    void without_a_time_for_warming_up_every_round_counts() throws InterruptedException {
        run(new WarmUp(busyIn(Integer.MAX_VALUE), Duration.ZERO), new Recorded("a", ""));

        assertThat(steps.stream().filter("a round"::equals)).hasSize(ROUNDS);
        assertThat(results.of("s", WarmUp.TIME)).isEmpty();
    }

    @Test
    void a_jvm_that_does_not_tell_what_its_compilers_do_fails_those_beside_it() throws InterruptedException {
        run(
                new WarmUp(
                        () -> {
                            throw new IllegalStateException("no answer");
                        },
                        Duration.ZERO),
                new Recorded("a", ""),
                new Recorded("b", "prepare"));

        assertThat(steps).containsExactly("a prepare", "b prepare", "a close", "b close");
        assertThat(results.failures()).containsEntry("s/a", "no answer").containsEntry("s/b", "wrong in prepare");
    }

    @Test
    void what_is_measured_is_told_when_a_suite_is_over_and_not_only_at_the_end() throws InterruptedException {
        var suites = List.of(suite("s", new Recorded("a", "")), suite("t", new Recorded("b", "")));

        run(new WarmUp(() -> 0, Duration.ZERO), suites, done -> {
            assertThat(results.of("s/a", RATE)).isPresent();
            assertThat(results.of("t/b", RATE).isPresent()).isEqualTo(done.size() == 2);
            steps.add("told of " + done.stream().map(Suite::name).toList());
        });

        assertThat(steps)
                .containsSubsequence("a close", "told of [s]", "b prepare", "b close", "told of [s, t]")
                .filteredOn(step -> step.startsWith("told"))
                .hasSize(2);
    }

    /** In so many rounds, a second each. */
    private WarmUp.Compilers busyIn(int rounds) {
        return () ->
                1000 * Math.min(rounds, steps.stream().filter("a round"::equals).count());
    }

    private void run(Workload... workloads) throws InterruptedException {
        run(new WarmUp(() -> 0, Duration.ofNanos(1)), workloads);
    }

    private void run(WarmUp warmUp, Workload... workloads) throws InterruptedException {
        run(warmUp, List.of(suite("s", workloads)), done -> {});
    }

    private void run(WarmUp warmUp, List<Suite> suites, Consumer<List<Suite>> measured) throws InterruptedException {
        new Runner(suites, ROUNDS, warmUp, results, new PrintWriter(new StringWriter())).run(measured);
    }

    private static Suite suite(String name, Workload... workloads) {
        return new Suite(name, name, true, List.of(RATE), List.of(workloads));
    }

    private final class Recorded implements Workload {

        private final String name;
        private final String failing;

        Recorded(String name, String failing) {
            this.name = name;
            this.failing = failing;
        }

        private void step(String step) {
            steps.add(name + " " + step);
            if (failing.equals(step)) {
                throw new IllegalStateException("wrong in " + step);
            }
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String description() {
            return name;
        }

        @Override
        public void prepare() {
            step("prepare");
        }

        @Override
        public void round(Figures figures) {
            step("round");
            figures.add(RATE, 1);
        }

        @Override
        public void finish(Figures figures) {
            step("finish");
        }

        @Override
        public void close() {
            step("close");
        }
    }
}
