package io.diptych.bench.suite;

import io.diptych.TopicNames;
import io.diptych.bench.bed.Bed;
import io.diptych.bench.load.EventFill;
import io.diptych.bench.load.LifeCycle;
import io.diptych.bench.run.Suite;
import io.diptych.kafka.KafkaSettings;
import io.diptych.kafka.Topics;
import java.util.List;

/** A read model made from a log of events. */
final class RebuildSuite {

    static final String NAME = "rebuild";
    static final String PARSE = "consume-and-parse";
    static final String COPY = "copy-into-postgresql";
    static final String DIPTYCH = "diptych";
    static final String LISTENER = "listener";

    /** Begins the ids of the orders in the log. */
    static final String PREFIX = "o-";

    private final Context context;
    private boolean filled;

    private RebuildSuite(Context context) {
        this.context = context;
    }

    static Suite of(Context context) {
        var suite = new RebuildSuite(context);
        return new Suite(
                NAME,
                "A read model made anew from its events, four for each order",
                true,
                List.of(Metrics.EVENTS),
                List.of(
                        new ParseWorkload(suite),
                        new CopyWorkload(suite),
                        new RebuildWorkload(suite),
                        new ListenerWorkload(suite)));
    }

    static String topic() {
        return TopicNames.events(NAME, Nodes.AGGREGATE);
    }

    Context context() {
        return context;
    }

    /** A multiple of an order's events. */
    long events() {
        long each = LifeCycle.STEPS.size();
        return context.extent().events() / each * each;
    }

    /** Writes the log, once. */
    void requireFilled() {
        if (!filled) {
            Bed bed = context.bed();
            Topics.ensure(Nodes.orders(NAME), KafkaSettings.of(bed.kafka()).withPartitions(Bed.PARTITIONS));
            EventFill.write(bed.kafka(), topic(), PREFIX, events());
            filled = true;
        }
    }
}
