package io.diptych.bench.suite;

import io.diptych.bench.run.Figures;
import io.diptych.bench.run.Metric;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/** What is measured, by the names under which the report shows it. */
public final class Metrics {

    /** Through Kafka, from a burst. */
    public static final Metric THROUGHPUT = Metric.rate("throughput", "commands/s");

    /** By the JVM that handles it. */
    public static final Metric ALLOCATED = new Metric("allocated per command", "KiB", false);

    /** Callers in a closed loop, over HTTP. */
    public static final Metric CLOSED_LOOP = Metric.rate("commands over HTTP", "commands/s");

    /** Of those callers. */
    public static final Metric CLOSED_LOOP_P50 = Metric.millis("their latency p50");

    /** Of those callers. */
    public static final Metric CLOSED_LOOP_P99 = Metric.millis("their latency p99");

    /** While those callers call: from an answer until the table shows it, at worst. */
    public static final Metric BEHIND = Metric.seconds("read model behind at most");

    /** From the last of those answers until the table shows everything. */
    public static final Metric CATCHING_UP = Metric.seconds("read model complete after");

    /** Of commands at a fixed rate over HTTP. */
    public static final Metric ANSWER_P50 = Metric.millis("answer at 200/s p50");

    /** Likewise. */
    public static final Metric ANSWER_P99 = Metric.millis("answer at 200/s p99");

    /** From the moment a command was meant to be sent until its row is seen. */
    public static final Metric VISIBLE_P50 = Metric.millis("visible at 200/s p50");

    /** Likewise. */
    public static final Metric VISIBLE_P99 = Metric.millis("visible at 200/s p99");

    /** Queries over HTTP, of callers who ask again at once: one row. */
    public static final Metric BY_KEY = Metric.rate("queries by key", "queries/s");

    /** Likewise. */
    public static final Metric BY_KEY_P50 = Metric.millis("queries by key p50");

    /** Likewise. */
    public static final Metric BY_KEY_P99 = Metric.millis("queries by key p99");

    /** Queries over HTTP, of callers who ask again at once: ten rows of a customer. */
    public static final Metric BY_FILTER = Metric.rate("queries by filter", "queries/s");

    /** Likewise. */
    public static final Metric BY_FILTER_P50 = Metric.millis("queries by filter p50");

    /** Likewise. */
    public static final Metric BY_FILTER_P99 = Metric.millis("queries by filter p99");

    /** Events into a table. */
    public static final Metric EVENTS = Metric.rate("events", "events/s");

    /** Into the table that is filled beside the one that serves, which is written to and asked meanwhile. */
    public static final Metric EVENTS_BESIDE = Metric.rate("events, with commands and queries meanwhile", "events/s");

    /** From the request for such a rebuild to the moment in which the new rows serve. */
    public static final Metric REBUILD = Metric.seconds("rebuild, from request to serving");

    /** Before a rebuild is asked for. */
    public static final Metric QUERY_P99 = Metric.millis("query by key p99");

    /** While the new rows are filled. */
    public static final Metric QUERY_FILLING_P99 = Metric.millis("query by key p99 while rows are filled");

    /** Within a second of the moment in which the new rows serve. */
    public static final Metric QUERY_SWITCH_P99 = Metric.millis("query by key p99 at the switch");

    private Metrics() {}

    /** Through Kafka at that rate. */
    public static Metric latency(int perSecond, int percentile) {
        return Metric.millis(String.format(Locale.ROOT, "latency at %,d/s p%d", perSecond, percentile));
    }

    /** That percentile of a histogram in microseconds. */
    static void add(Figures figures, Metric metric, Histogram histogram, int percentile) {
        figures.add(metric, histogram.getValueAtPercentile(percentile) / 1000.0);
    }
}
