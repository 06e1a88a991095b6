package io.diptych.server.internal;

import io.diptych.message.ProblemException;
import io.diptych.projection.DeadLetters;
import io.diptych.projection.DeadLetters.Depth;
import io.diptych.projection.ReadModelStatus;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** How much is parked, asked for at most every two seconds, however often metrics and health are looked at. */
public final class ParkedDepths {

    private static final Duration FRESH = Duration.ofSeconds(2);

    private final Supplier<DeadLetters> deadLetters;
    private List<Depth> last = List.of();
    private long askedNanos = System.nanoTime() - FRESH.toNanos();

    /** Asks there; it may throw {@link ProblemException} while the database is away. */
    public ParkedDepths(Supplier<DeadLetters> deadLetters) {
        this.deadLetters = deadLetters;
    }

    /** Of all read models; none while the database has not been reached, and what was last known while it is away. */
    public synchronized List<Depth> now() {
        if (System.nanoTime() - askedNanos >= FRESH.toNanos()) {
            try {
                last = deadLetters.get().depths();
            } catch (ProblemException e) {
                // That the database is away is told by the node's parts.
                return last;
            } finally {
                askedNanos = System.nanoTime();
            }
        }
        return last;
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
