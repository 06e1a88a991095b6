package io.diptych.chaos.fault;

import io.diptych.chaos.cluster.Target;
import io.diptych.chaos.cluster.Target.Group;
import io.diptych.chaos.fault.Fault.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The faults of a run, drawn from its seed: the same seed and time give the same. Each group of parts has a list of its
 * own, one after the other, so that never two brokers are down at once, while faults of different groups overlap.
 */
public record Schedule(Map<Group, List<Fault>> faults) {

    private static final Duration FIRST = Duration.ofSeconds(5);

    /** Draws them; the last one is mended before {@code end}. */
    public static Schedule draw(long seed, Duration end, List<Target> targets, Duration sessionTimeout) {
        var random = new SplittableRandom(seed);
        var faults = new EnumMap<Group, List<Fault>>(Group.class);
        for (Group group : Group.values()) {
            List<String> names = targets.stream()
                    .filter(target -> target.group() == group)
                    .map(Target::name)
                    .sorted()
                    .toList();
            faults.put(group, draw(random.split(), end, names, group, sessionTimeout));
        }
        return new Schedule(faults);
    }

    private static List<Fault> draw(
            SplittableRandom random, Duration end, List<String> names, Group group, Duration sessionTimeout) {
        var list = new ArrayList<Fault>();
        Duration at = FIRST.plus(millis(random, 0, 8_000));
        while (true) {
            String target = names.get(random.nextInt(names.size()));
            Kind kind = kind(random);
            Duration holds = holds(random, kind, sessionTimeout);
            if (at.plus(holds).compareTo(end) > 0) {
                return list;
            }
            list.add(new Fault(target, kind, at, holds));
            at = at.plus(holds).plus(pause(random, group));
        }
    }

    private static Kind kind(SplittableRandom random) {
        int drawn = random.nextInt(10);
        return drawn < 4 ? Kind.KILL : drawn < 5 ? Kind.RESTART : Kind.FREEZE;
    }

    /** A freeze is as often shorter than the session timeout, after which its partitions move, as longer. */
    private static Duration holds(SplittableRandom random, Kind kind, Duration sessionTimeout) {
        long session = sessionTimeout.toMillis();
        if (kind != Kind.FREEZE) {
            return millis(random, 0, 2 * session);
        }
        return random.nextBoolean()
                ? millis(random, session / 8, session * 3 / 4)
                : millis(random, session * 3 / 2, session * 7 / 2);
    }

    /** Brokers and the database are needed by all: the system gets more time with them. */
    private static Duration pause(SplittableRandom random, Group group) {
        boolean shared = group == Group.BROKER || group == Group.DATABASE;
        return shared ? millis(random, 10_000, 20_000) : millis(random, 6_000, 18_000);
    }

    private static Duration millis(SplittableRandom random, long from, long to) {
        return Duration.ofMillis(random.nextLong(from, to));
    }
}
