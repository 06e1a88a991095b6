package io.diptych.server.internal;

import io.diptych.projection.ProjectionStatus.State;
import io.diptych.projection.ReadModelStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How far read models are behind, as gauges: what is unknown has none. */
final class ReadModelGauges {

    private final MultiGauge events;
    private final MultiGauge seconds;
    private final MultiGauge position;
    private final MultiGauge rate;
    private final MultiGauge state;

    ReadModelGauges(MeterRegistry registry) {
        events = gauge(registry, "lag.events", "Events that are committed and not applied yet, at most");
        seconds = gauge(registry, "lag.seconds", "All events committed longer ago than that are applied");
        position = gauge(registry, "position", "The next offset to apply");
        rate = gauge(registry, "events.per.second", "Events applied, over the last ten seconds");
        state = gauge(registry, "state", "1 for the state that a read model's worst partition is in");
    }

    private static MultiGauge gauge(MeterRegistry registry, String name, String description) {
        return MultiGauge.builder("diptych.projection." + name)
                .description(description)
                .register(registry);
    }

    void refresh(List<ReadModelStatus> readModels) {
        var allEvents = new ArrayList<Row<?>>();
        var allSeconds = new ArrayList<Row<?>>();
        var positions = new ArrayList<Row<?>>();
        var rates = new ArrayList<Row<?>>();
        var states = new ArrayList<Row<?>>();
        for (ReadModelStatus readModel : readModels) {
            Tags of = Tags.of(
                    "read_model",
                    readModel.generation().readModel(),
                    "generation",
                    Integer.toString(readModel.generation().number()));
            for (ReadModelStatus.Partition partition : readModel.partitions()) {
                Tags tags = of.and("partition", Integer.toString(partition.partition()));
                if (partition.lag().events() != null) {
                    allEvents.add(Row.of(tags, partition.lag().events()));
                }
                if (partition.lag().time() != null) {
                    allSeconds.add(Row.of(tags, partition.lag().time().toMillis() / 1000.0));
                }
                if (partition.position() != null) {
                    positions.add(Row.of(tags, partition.position()));
                }
                rates.add(Row.of(tags, partition.eventsPerSecond()));
            }
            for (State each : State.values()) {
                states.add(Row.of(
                        of.and("state", each.name().toLowerCase(Locale.ROOT)), each == readModel.state() ? 1 : 0));
            }
        }
        events.register(allEvents, true);
        seconds.register(allSeconds, true);
        position.register(positions, true);
        rate.register(rates, true);
        state.register(states, true);
    }
}
