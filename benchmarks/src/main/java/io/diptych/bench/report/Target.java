package io.diptych.bench.report;

import io.diptych.bench.run.Metric;
import io.diptych.bench.run.Results;
import io.diptych.bench.run.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted of a figure, or of the ratio of two that were measured in turn.
 *
 * @param over what the first is divided by; null for a figure alone
 * @param bound in the unit of the figure when there is no ratio; null when it is only to be stated
 */
public record Target(
        String what,
        Term figure,
        @Nullable Term over,
        @Nullable Bound bound) {

    /** A figure of a workload, {@code suite/workload}. */
    public record Term(String workload, Metric metric) {}

    /**
     * At least, or at most, that.
     *
     * @param always in each round, not in the median only
     */
    public record Bound(boolean atLeast, double value, boolean always) {

        /** That or more. */
        public static Bound atLeast(double value) {
            return new Bound(true, value, false);
        }

        /** That or less. */
        public static Bound atMost(double value) {
            return new Bound(false, value, false);
        }

        /** Never more than that. */
        public static Bound neverMore(double value) {
            return new Bound(false, value, true);
        }

        boolean holds(double actual) {
            return atLeast ? actual >= value : actual <= value;
        }
    }

    /** What came of it; none when something that it needs was not measured. */
    public Optional<Outcome> outcome(Results results) {
        Optional<Values> numerator = results.of(figure.workload(), figure.metric());
        if (over == null) {
            return numerator.map(values -> outcome(values, figure.metric().unit()));
        }
        Optional<Values> denominator = results.of(over.workload(), over.metric());
        if (numerator.isEmpty() || denominator.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(outcome(ratios(numerator.get(), denominator.get()), ""));
    }

    /** Round by round: what slows the machine for a while then slows both. */
    private static Values ratios(Values numerator, Values denominator) {
        var ratios = new ArrayList<Double>();
        int rounds = Math.min(numerator.all().size(), denominator.all().size());
        for (int i = 0; i < rounds; i++) {
            ratios.add(numerator.all().get(i) / denominator.all().get(i));
        }
        return new Values(List.copyOf(ratios));
    }

    /** The worst round counts for what must never be passed, the median for all else. */
    private Outcome outcome(Values values, String unit) {
        double counts = bound != null && bound.always() ? values.max() : values.median();
        return new Outcome(this, values, counts, unit, bound == null ? null : bound.holds(counts));
    }

    /**
     * Whether a target was met.
     *
     * @param counts the value that it was judged by
     * @param met null when there is no bound
     */
    public record Outcome(
            Target target,
            Values values,
            double counts,
            String unit,
            @Nullable Boolean met) {}
}
