package io.diptych.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.bench.report.Target.Bound;
import io.diptych.bench.report.Target.Term;
import io.diptych.bench.run.Figures;
import io.diptych.bench.run.Metric;
import io.diptych.bench.run.Results;
import io.diptych.bench.run.Runner;
import io.diptych.bench.run.Suite;
import io.diptych.bench.run.WarmUp;
import io.diptych.bench.run.Workload;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;

class TargetTest {

    private static final Metric RATE = Metric.rate("rate", "1/s");

    @Test
    void a_ratio_is_made_round_by_round_and_its_median_counts() throws InterruptedException {
        Results results = measured(new Given("a", 10, 90, 6), new Given("b", 10, 100, 4));
        var target = new Target("a / b", new Term("s/a", RATE), new Term("s/b", RATE), Bound.atLeast(1));

        Target.Outcome outcome = target.outcome(results).orElseThrow();

        assertThat(outcome.values().all()).containsExactly(1.0, 0.9, 1.5);
        assertThat(outcome.counts()).isEqualTo(1.0);
        assertThat(outcome.met()).isTrue();
    }

    @Test
    void of_what_must_never_be_passed_the_worst_round_counts() throws InterruptedException {
        Results results = measured(new Given("a", 0.1, 2, 0.1));
        var never = new Target("a", new Term("s/a", RATE), null, Bound.neverMore(1));
        var median = new Target("a", new Term("s/a", RATE), null, Bound.atMost(1));

        assertThat(never.outcome(results).orElseThrow().met()).isFalse();
        assertThat(median.outcome(results).orElseThrow().met()).isTrue();
    }

    @Test
    void there_is_no_verdict_on_what_was_not_measured() throws InterruptedException {
        var target = new Target("a / b", new Term("s/a", RATE), new Term("s/b", RATE), Bound.atLeast(1));

        assertThat(target.outcome(measured(new Given("a", 1, 2, 3)))).isEmpty();
    }

    private static Results measured(Workload... workloads) throws InterruptedException {
        var results = new Results();
        var suite = new Suite("s", "S", true, List.of(RATE), List.of(workloads));
        var warmUp = new WarmUp(() -> 0, Duration.ofNanos(1));
        new Runner(List.of(suite), 3, warmUp, results, new PrintWriter(new StringWriter())).run(done -> {});
        return results;
    }

    private static final class Given implements Workload {

        private final String name;
        private final Iterator<Double> values;

        Given(String name, double... values) {
            this.name = name;
            this.values = java.util.Arrays.stream(values).iterator();
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
        public void prepare() {}

        @Override
        public boolean warmsUp() {
            return false;
        }

        @Override
        public void round(Figures figures) {
            figures.add(RATE, values.next());
        }

        @Override
        public void finish(Figures figures) {}

        @Override
        public void close() {}
    }
}
