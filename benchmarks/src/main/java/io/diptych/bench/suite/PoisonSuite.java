package io.diptych.bench.suite;

import io.diptych.bench.bed.Bed;
import io.diptych.bench.poison.Poison;
import io.diptych.bench.poison.PoisonOptions;
import io.diptych.bench.run.Metric;
import io.diptych.bench.run.Suite;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Events that a projection cannot fold: what they cost all others, and whether a retry makes their rows whole. */
final class PoisonSuite {

    static final String NAME = "poison";
    static final String NONE = "none";
    static final String ONE = "one-key";
    static final String MANY = "many-keys";

    static final Metric PARKED = new Metric("parked", "keys", false);
    static final Metric LETTERS = new Metric("events that wait", "events", false);
    static final Metric RETRY = Metric.seconds("retry of all, over HTTP");
    static final Metric KILLS = new Metric("kill -9 of a node", "times", true);
    static final Metric COMPLETE = Metric.seconds("rows complete after the last event");

    private PoisonSuite() {}

    /** One node, without and with poison, in turn. */
    static Suite of(Context context) {
        Extent.Poisoning extent = context.extent().poisoning();
        return new Suite(
                NAME,
                String.format(Locale.ROOT, "Poison events among %,d", extent.events()),
                true,
                List.of(Metrics.EVENTS, RETRY),
                List.of(
                        workload(NONE, 0, "no poison", context),
                        workload(ONE, 1, "1 poison event, the last of its order", context),
                        workload(
                                MANY,
                                extent.keys(),
                                extent.keys() + " poison events, one each of as many orders, behind which others wait",
                                context)));
    }

    /** Two nodes that are killed meanwhile. */
    static Suite killed(Context context, PoisonOptions options) {
        return new Suite(
                NAME + "/killed",
                "Poison events while projection nodes are killed",
                true,
                List.of(COMPLETE, RETRY),
                List.of(new KilledWorkload(context, options.seed())));
    }

    private static PoisonWorkload workload(String name, int keys, String what, Context context) {
        return new PoisonWorkload(name, what + "; events/s until all others are in the rows", keys, context);
    }

    /** The poison of a round's events. */
    static Poison poison(Context context, int keys) {
        return new Poison(context.extent().poisoning().orders(), keys);
    }

    /** The file that mends the nodes of an app. */
    static Path mended(Bed bed, String app) {
        return bed.dir().resolve(app + ".mended");
    }
}
