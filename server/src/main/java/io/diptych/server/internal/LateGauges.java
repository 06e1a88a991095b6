package io.diptych.server.internal;

import io.diptych.projection.LateEvents.Depth;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** How much of each read model over windows is late, and its watermark, as gauges; the same on every node. */
final class LateGauges {

    private final MultiGauge events;
    private final MultiGauge age;
    private final MultiGauge watermark;

    LateGauges(MeterRegistry registry) {
        events = MultiGauge.builder("diptych.late.events")
                .description("Events that came after their windows were closed, and wait")
                .register(registry);
        age = MultiGauge.builder("diptych.late.oldest.age")
                .baseUnit("seconds")
                .description("How long the first of these events has waited; 0 when none does")
                .register(registry);
        watermark = MultiGauge.builder("diptych.projection.watermark")
                .baseUnit("seconds")
                .description(
                        "The time, since 1970, up to which events are thought to be complete; none before there is one")
                .register(registry);
    }

    void refresh(List<Depth> depths) {
        var allEvents = new ArrayList<Row<?>>();
        var ages = new ArrayList<Row<?>>();
        var watermarks = new ArrayList<Row<?>>();
        for (Depth depth : depths) {
            Tags tags = Tags.of("read_model", depth.readModel(), "generation", Integer.toString(depth.generation()));
            allEvents.add(Row.of(tags, depth.events()));
            Instant oldest = depth.oldest();
            ages.add(Row.of(
                    tags,
                    oldest == null ? 0 : Duration.between(oldest, Instant.now()).toMillis() / 1000.0));
            Instant reached = depth.watermark();
            if (reached != null) {
                watermarks.add(Row.of(tags, reached.toEpochMilli() / 1000.0));
            }
        }
        events.register(allEvents, true);
        age.register(ages, true);
        watermark.register(watermarks, true);
    }
}
