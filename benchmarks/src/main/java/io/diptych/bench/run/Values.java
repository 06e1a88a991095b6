package io.diptych.bench.run;

import java.util.List;

/** The values that the rounds have given, in their order. */
public record Values(List<Double> all) {

    /** At least one. */
    public Values {
        all = List.copyOf(all);
        if (all.isEmpty()) {
            throw new IllegalArgumentException("There must be a value");
        }
    }

    /** Half are below, half above. */
    public double median() {
        double[] sorted = sorted();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The least. */
    public double min() {
        return sorted()[0];
    }

    /** The greatest. */
    public double max() {
        double[] sorted = sorted();
        return sorted[sorted.length - 1];
    }

    private double[] sorted() {
        return all.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }
}
