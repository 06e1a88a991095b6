package io.diptych.command.internal;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Which disk a process finds: mostly its own, or an empty one, or one that belongs to another node or time. */
final class SimulatedDisks {

    private static final long BEYOND_ANY_LOG = 1_000_000;

    private final Simulation simulation;
    private final SplittableRandom random;
    private final Map<String, SimulatedDisk> ofNodes = new HashMap<>();
    private @Nullable SimulatedDisk backup;

    SimulatedDisks(Simulation simulation, SplittableRandom random) {
        this.simulation = simulation;
        this.random = random;
    }

    void backUp(SimulatedDisk disk) {
        backup = disk.copy();
    }

    /**
     * The disk of a process that starts.
     *
     * @param replaces whether another of that name exists still, frozen, and with its disk
     */
    SimulatedDisk of(String node, boolean replaces) {
        SimulatedDisk disk = replaces ? new SimulatedDisk() : choose(node);
        if (replaces) {
            simulation.reached("frozen node replaced");
        }
        ofNodes.put(node, disk);
        return disk;
    }

    private SimulatedDisk choose(String node) {
        int choice = random.nextInt(100);
        if (choice < 20) {
            return new SimulatedDisk();
        }
        if (choice < 30 && backup != null) {
            simulation.reached("disk of another node or time");
            return backup.copy();
        }
        SimulatedDisk disk = ofNodes.computeIfAbsent(node, n -> new SimulatedDisk());
        if (choice < 33 && disk.forgeAhead(random.nextInt(SimulatedKafka.PARTITIONS), BEYOND_ANY_LOG)) {
            simulation.reached("checkpoint of a longer log");
        }
        return disk;
    }
}
