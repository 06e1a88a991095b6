package io.diptych.command.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Runs many seeds: {@code -Ddiptych.seeds=200000} for more, {@code -Ddiptych.seed=4711} for one, with its trace. */
class SimulationTest {

    /** How often, in a thousand histories, the simulation has to come at least to what matters. */
    private static final Map<String, Integer> AT_LEAST = Map.ofEntries(
            Map.entry("crash at COMMANDS_READ", 20),
            Map.entry("crash at DECIDE", 20),
            Map.entry("crash at APPEND", 20),
            Map.entry("crash at COMMIT", 20),
            Map.entry("crash at POSITIONS_ADDED", 20),
            Map.entry("crash at COMMITTED", 20),
            Map.entry("crash at ANSWER", 20),
            Map.entry("reply to a gateway lost", 50),
            Map.entry("crash at APPLY", 20),
            Map.entry("crash at APPLIED", 20),
            Map.entry("crash at READ_EVENTS", 20),
            Map.entry("failure at COMMITTED", 50),
            Map.entry("request without an answer", 50),
            Map.entry("late request arrived", 5),
            Map.entry("commit of an expelled node refused", 50),
            Map.entry("went on as a zombie at COMMIT", 5),
            Map.entry("went on as a zombie at POSITIONS_ADDED", 5),
            Map.entry("producer fenced", 20),
            Map.entry("transaction of a node that is gone ended", 5),
            Map.entry("transaction timed out", 2),
            Map.entry("node that is gone refused", 100),
            Map.entry("expelled without having heard of it", 50),
            Map.entry("commands handled as events tell", 500),
            Map.entry("frozen node replaced", 20),
            Map.entry("same id handled again by another process", 1_000),
            Map.entry("begun with the disk", 200),
            Map.entry("begun with the disk alone", 200),
            Map.entry("begun with the snapshots", 500),
            Map.entry("damaged checkpoint set aside", 20),
            Map.entry("unfinished checkpoint set aside", 20),
            Map.entry("checkpoint of another form set aside", 100),
            Map.entry("checkpoint of a longer log", 20),
            Map.entry("disk of another node or time", 50),
            Map.entry("power failed", 200),
            Map.entry("crash at PUBLISH", 20),
            Map.entry("crash at PUBLICATION_ACCEPTED", 5),
            Map.entry("crash at WRITE", 10),
            Map.entry("crash at WRITTEN", 10),
            Map.entry("failure at READ_SNAPSHOTS", 5),
            Map.entry("went on as a zombie at PUBLISH", 20),
            Map.entry("went on as a zombie at PUBLICATION_ACCEPTED", 5),
            Map.entry("publication of a zombie refused", 20),
            Map.entry("snapshots incomplete", 50),
            Map.entry("snapshots compacted", 100),
            Map.entry("snapshots waited for", 20),
            Map.entry("clock jumped", 500));

    @Test
    void whatever_happens_each_command_takes_effect_once() {
        Long one = Long.getLong("diptych.seed");
        if (one != null) {
            replay(one);
            return;
        }
        long seeds = Long.getLong("diptych.seeds", 2_000);
        Map<String, Integer> reached = Simulations.run(seeds);
        if (seeds < 1_000) {
            return; // Too few to come everywhere.
        }
        AT_LEAST.forEach((what, perThousand) -> assertThat((long) reached.getOrDefault(what, 0))
                .as("%s, in %s histories that reached %s", what, seeds, reached)
                .isGreaterThanOrEqualTo(perThousand * seeds / 1_000));
    }

    @Test
    void the_same_seed_is_the_same_history() {
        for (long seed = 0; seed < 20; seed++) {
            var first = new Simulation(seed, true);
            var second = new Simulation(seed, true);
            first.run();
            second.run();
            assertThat(second.trace()).as("seed %s", seed).isEqualTo(first.trace());
        }
    }

    private static void replay(long seed) {
        var simulation = new Simulation(seed, true);
        try {
            simulation.run();
        } finally {
            simulation.trace().forEach(System.out::println);
        }
    }
}
