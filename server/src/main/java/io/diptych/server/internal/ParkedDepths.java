package io.diptych.server.internal;

import io.diptych.message.ProblemException;
import io.diptych.projection.DeadLetters;
import io.diptych.projection.DeadLetters.Depth;
import io.diptych.projection.ReadModelStatus;
import java.util.List;
import java.util.function.Supplier;

/** How much is parked of each read model. */
public final class ParkedDepths {

    private final Sampled<Depth> depths;

    /** Asks there; it may throw {@link ProblemException} while the database is away. */
    public ParkedDepths(Supplier<DeadLetters> deadLetters) {
        this.depths = new Sampled<>(() -> deadLetters.get().depths());
    }

    /** Of all read models, as {@link Sampled#now}. */
    public List<Depth> now() {
        return depths.now();
    }

    /** The status with a note when keys are parked, since the read model goes on without them. */
    public ReadModelStatus noted(ReadModelStatus status) {
        if (status.reason() != null) {
            return status;
        }
        return now().stream()
                .filter(depth -> depth.keys() > 0
                        && depth.readModel().equals(status.generation().readModel())
                        && depth.generation() == status.generation().number())
                .findFirst()
                .map(depth -> new ReadModelStatus(
                        status.generation(),
                        status.state(),
                        depth.keys() + " keys are parked and " + depth.events() + " events wait: GET /api/dead-letters/"
                                + depth.name(),
                        status.since(),
                        status.lag(),
                        status.eventsPerSecond(),
                        status.partitions()))
                .orElse(status);
    }
}
