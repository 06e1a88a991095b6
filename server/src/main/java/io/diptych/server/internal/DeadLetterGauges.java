package io.diptych.server.internal;

import io.diptych.projection.DeadLetters.Depth;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** How much of each read model is parked, as gauges; the same on every node. */
final class DeadLetterGauges {

    private final MultiGauge keys;
    private final MultiGauge events;
    private final MultiGauge age;

    DeadLetterGauges(MeterRegistry registry) {
        keys = MultiGauge.builder("diptych.dead.letters.keys")
                .description("Row keys of a read model that are parked")
                .register(registry);
        events = MultiGauge.builder("diptych.dead.letters.events")
                .description("Events that wait for these keys")
                .register(registry);
        age = MultiGauge.builder("diptych.dead.letters.oldest.age")
                .baseUnit("seconds")
                .description("How long the first of these keys has been parked; 0 when none is")
                .register(registry);
    }

    void refresh(List<Depth> depths) {
        var allKeys = new ArrayList<Row<?>>();
        var allEvents = new ArrayList<Row<?>>();
        var ages = new ArrayList<Row<?>>();
        for (Depth depth : depths) {
            Tags tags = Tags.of("read_model", depth.readModel(), "generation", Integer.toString(depth.generation()));
            allKeys.add(Row.of(tags, depth.keys()));
            allEvents.add(Row.of(tags, depth.events()));
            Instant oldest = depth.oldest();
            ages.add(Row.of(
                    tags,
                    oldest == null ? 0 : Duration.between(oldest, Instant.now()).toMillis() / 1000.0));
        }
        keys.register(allKeys, true);
        events.register(allEvents, true);
        age.register(ages, true);
    }
}
