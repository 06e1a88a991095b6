package io.diptych.bench.suite;

import static io.diptych.bench.suite.Metrics.THROUGHPUT;

import io.diptych.bench.accounts.Deposits;
import io.diptych.bench.bed.Bed;
import io.diptych.bench.run.Metric;
import io.diptych.bench.run.Suite;
import io.diptych.bench.run.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** What becomes of Diptych's speed when one thing grows and all else stays: a suite for each of these things. */
final class GrowthSuite {

    static final String AGGREGATES = "growth/aggregates";
    static final String ROWS = "growth/rows";

    /** Of the log: each read model has seen it then. */
    static final Metric CATCHING_UP = BatchingSuite.CATCHING_UP;

    static final Metric ALL_MODELS = Metric.rate("all read models together", "events/s");

    private static final String MODELS_APP = "growth_read_models_";
    private static final int ACCOUNTS = 10_000;
    private static final int ROWS_OF_MODELS = 10_000;

    /** Events that one command leads to where a long history is made. */
    private static final int AT_ONCE = 100;

    private final Context context;
    private final Growth growth;

    private GrowthSuite(Context context) {
        this.context = context;
        this.growth = context.extent().growth();
    }

    static List<Suite> of(Context context) {
        var all = new GrowthSuite(context);
        return List.of(all.aggregates(), all.history(), all.partitions(), all.payload(), all.readModels(), all.rows());
    }

    /** The names of the read models of an order system of that name: one, unless it is measured with more. */
    static List<String> readModels(String app) {
        int count = app.startsWith(MODELS_APP) ? Integer.parseInt(app.substring(MODELS_APP.length())) : 1;
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> number == 1 ? Nodes.READ_MODEL : Nodes.READ_MODEL + "_" + number)
                .toList();
    }

    private Suite aggregates() {
        return suite(
                AGGREGATES,
                "Growth of aggregates: commands at random to so many",
                List.of(THROUGHPUT),
                growth.aggregates(),
                count -> accounts(
                        "" + count,
                        many(count, "account") + " with an event each before it begins",
                        "growth_aggregates_" + count,
                        Bed.PARTITIONS,
                        Deposits.among(count),
                        growth.burst()));
    }

    private Suite history() {
        return suite(
                "growth/events",
                "Growth of an aggregate's events: commands to " + Growth.WITH_HISTORY
                        + " that have so many before a round",
                List.of(THROUGHPUT),
                growth.history(),
                events -> {
                    int atOnce = Math.min(AT_ONCE, events);
                    var deposits = Deposits.among(Growth.WITH_HISTORY).withHistory(events, atOnce);
                    boolean few = events <= AT_ONCE;
                    return accounts(
                            "" + events,
                            many(events, "event") + " each, and in a round about "
                                    + growth.longBurst() / Growth.WITH_HISTORY + " more"
                                    + (few ? "; the next round has other aggregates" : ""),
                            "growth_events_" + events,
                            Bed.PARTITIONS,
                            few ? deposits.withFreshAccountsAfter(growth.longBurst()) : deposits,
                            growth.longBurst());
                });
    }

    private Suite partitions() {
        return suite(
                "growth/partitions",
                "Growth of partitions: of each topic, commands at random to " + ACCOUNTS + " aggregates",
                List.of(THROUGHPUT),
                growth.partitions(),
                count -> accounts(
                        "" + count,
                        many(count, "partition") + " and one node",
                        "growth_partitions_" + count,
                        count,
                        Deposits.among(ACCOUNTS),
                        growth.burst()));
    }

    private Suite payload() {
        return suite(
                "growth/payload",
                "Growth of payloads: of each command and of its event, at random to " + ACCOUNTS + " aggregates",
                List.of(THROUGHPUT),
                growth.payloads(),
                bytes -> accounts(
                        bytes % 1024 == 0 ? bytes / 1024 + "KiB" : bytes + "B",
                        many(bytes, "byte") + " each",
                        "growth_payload_" + bytes,
                        Bed.PARTITIONS,
                        Deposits.among(ACCOUNTS).ofBytes(bytes),
                        growth.longBurst()));
    }

    private Suite readModels() {
        return suite(
                "growth/read-models",
                "Growth of read models: one node keeps so many of one aggregate, " + ROWS_OF_MODELS + " rows each",
                List.of(CATCHING_UP, ALL_MODELS),
                growth.readModels(),
                count -> new RowsWorkload(
                        "" + count,
                        many(count, "read model") + " with a table each",
                        MODELS_APP + count,
                        ROWS_OF_MODELS,
                        ROWS_OF_MODELS,
                        false,
                        context));
    }

    /** As many rows are changed each time, of few or of many; and then each event changes another. */
    private Suite rows() {
        int few = growth.rows().getFirst();
        int many = growth.rows().getLast();
        var workloads = new ArrayList<Workload>();
        for (int count : growth.rows()) {
            workloads.add(rows("" + count, count, few, many(few, "row") + " changed by turns"));
        }
        workloads.add(rows(many + "-scattered", many, many, "each event for another"));
        return new Suite(
                ROWS,
                "Growth of rows: of one read model, in which events change as many of few or of many, or another each",
                true,
                List.of(CATCHING_UP, Metrics.BY_KEY),
                workloads);
    }

    private Workload rows(String name, int rows, int touched, String how) {
        String app = "growth_rows_" + name.replace('-', '_');
        return new RowsWorkload(name, many(rows, "row") + ", " + how, app, rows, touched, true, context);
    }

    private Workload accounts(
            String name, String description, String app, int partitions, Deposits deposits, int burst) {
        return new AccountsWorkload(name, description, app, partitions, deposits, burst, context);
    }

    private static String many(int count, String what) {
        return String.format(Locale.ROOT, "%,d %s%s", count, what, count == 1 ? "" : "s");
    }

    private static Suite suite(
            String name, String title, List<Metric> chart, List<Integer> sizes, IntFunction<Workload> workload) {
        return new Suite(
                name, title, true, chart, sizes.stream().map(workload::apply).toList());
    }
}
