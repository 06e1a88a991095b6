package io.diptych.command.internal;

import io.diptych.command.CommandStatus;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a worker is doing, as it last said; read by any thread. */
final class WorkerReport {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerReport.class);

    private final String name;
    private final InstantSource clock;
    private volatile CommandStatus last;

    WorkerReport(String name, InstantSource clock) {
        this.name = name;
        this.clock = clock;
        this.last = new CommandStatus(name, CommandStatus.State.WAITING, "starting", clock.instant(), Map.of());
    }

    CommandStatus last() {
        return last;
    }

    /** It goes on, with these partitions, of which some are being taken over. */
    void goesOn(Set<Integer> owned, Takeovers takeovers) {
        if (takeovers.isEmpty()) {
            tell(CommandStatus.State.RUNNING, null, owned, takeovers);
            return;
        }
        String obstacle = takeovers.obstacle();
        if (obstacle != null && !obstacle.equals(last.reason())) {
            LOG.warn("{}: it goes on by itself once it can, but {}", name, obstacle);
        }
        String reads = "reads the events of " + takeovers.size() + " partitions first";
        tell(CommandStatus.State.RUNNING, obstacle == null ? reads : obstacle, owned, takeovers);
    }

    /** Says it anew only when something has changed. */
    void tell(CommandStatus.State state, @Nullable String reason, Set<Integer> owned, Takeovers takeovers) {
        CommandStatus before = last;
        if (before.state() == state
                && Objects.equals(before.reason(), reason)
                && before.partitions().size() == owned.size()
                && readyCount(before.partitions()) == owned.size() - takeovers.size()) {
            return;
        }
        var partitions = new TreeMap<Integer, Boolean>();
        owned.forEach(p -> partitions.put(p, !takeovers.isOf(p)));
        Instant since = before.state() == state ? before.since() : clock.instant();
        last = new CommandStatus(name, state, reason, since, Map.copyOf(partitions));
    }

    private static long readyCount(Map<Integer, Boolean> partitions) {
        return partitions.values().stream().filter(ready -> ready).count();
    }
}
