package io.diptych.bench.run;

/**
 * What a figure tells.
 *
 * @param unit as it is written behind the figure
 * @param moreIsBetter or less is
 */
public record Metric(String name, String unit, boolean moreIsBetter) {

    /** A rate. */
    public static Metric rate(String name, String unit) {
        return new Metric(name, unit, true);
    }

    /** A time, in milliseconds. */
    public static Metric millis(String name) {
        return new Metric(name, "ms", false);
    }

    /** A time, in seconds. */
    public static Metric seconds(String name) {
        return new Metric(name, "s", false);
    }
}
