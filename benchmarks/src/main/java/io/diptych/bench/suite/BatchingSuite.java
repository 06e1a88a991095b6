package io.diptych.bench.suite;

import io.diptych.bench.run.Metric;
import io.diptych.bench.run.Suite;
import io.diptych.bench.run.Workload;
import io.diptych.projection.Batching;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One read model with one batching after the other: how late its rows are, and what that saves. */
final class BatchingSuite {

    static final Metric VISIBLE_P50 = Metric.millis("in the rows at 200/s p50");
    static final Metric VISIBLE_P99 = Metric.millis("in the rows at 200/s p99");
    static final Metric PER_TRANSACTION = new Metric("at 200/s, of a transaction", "events", true);
    static final Metric CATCHING_UP = Metric.rate("catching up", "events/s");

    /** By the name of the app that has it. */
    static final Map<String, Batching> ALL = all();

    private BatchingSuite() {}

    private static Map<String, Batching> all() {
        var all = new LinkedHashMap<String, Batching>();
        all.put("batching_0ms_1", new Batching(Duration.ZERO, 1));
        all.put("batching_0ms", Batching.DEFAULT);
        all.put("batching_5ms", new Batching(Duration.ofMillis(5), 10_000));
        all.put("batching_100ms", new Batching(Duration.ofMillis(100), 10_000));
        all.put("batching_1s", new Batching(Duration.ofSeconds(1), 10_000));
        return all;
    }

    static Suite of(Context context) {
        return new Suite(
                "batching",
                "How long events of a read model wait for each other",
                false,
                List.of(VISIBLE_P50, VISIBLE_P99, PER_TRANSACTION, CATCHING_UP),
                ALL.entrySet().stream()
                        .<Workload>map(one -> new BatchingWorkload(context, one.getKey(), one.getValue()))
                        .toList());
    }
}
