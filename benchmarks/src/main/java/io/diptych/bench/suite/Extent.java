package io.diptych.bench.suite;

import io.diptych.bench.load.LifeCycle;
import java.time.Duration;
import java.util.List;

/**
 * How much is measured in a round.
 *
 * @param burst commands that are there at once
 * @param rates of commands through Kafka, per second
 * @param events of which a read model is made; four for each order
 * @param listenerEvents of which the hand-written listener makes it: the first of them, as it is so much slower
 * @param growth what is many, and how many
 * @param restartAggregates that a node has which is restarted
 * @param poisoning of how many events some cannot be folded
 */
public record Extent(
        int burst,
        List<Integer> rates,
        Duration warmUp,
        Duration latency,
        Duration http,
        int events,
        int listenerEvents,
        Growth growth,
        int restartAggregates,
        Poisoning poisoning) {

    /**
     * Events of which some cannot be folded.
     *
     * @param events of a round
     * @param keys that have a poison event where many do
     * @param attack how long a round's events come while nodes are killed
     */
    public record Poisoning(int events, int keys, Duration attack) {

        /** Of which the events are. */
        public long orders() {
            return events / LifeCycle.STEPS.size();
        }
    }

    /** Enough for figures that one can rely on. */
    public static final Extent FULL = new Extent(
            300_000,
            List.of(200, 1000, 5000),
            Duration.ofSeconds(2),
            Duration.ofSeconds(15),
            Duration.ofSeconds(10),
            1_000_000,
            30_000,
            Growth.FULL,
            100_000,
            new Poisoning(100_000, 1_000, Duration.ofSeconds(60)));

    /** Enough to see that all is well, within six minutes on two processors, and warming up. */
    public static final Extent QUICK = new Extent(
            60_000,
            List.of(200, 1000),
            Duration.ofMillis(300),
            Duration.ofMillis(1500),
            Duration.ofMillis(1500),
            200_000,
            5_000,
            Growth.QUICK,
            20_000,
            new Poisoning(20_000, 200, Duration.ofSeconds(15)));

    /** Rounds that do not count: hardly ever are there more of those that leave much. */
    private static final int WARM_UP_ROUNDS = 4;

    /** What a command leaves on the disk: itself, its event, its reply and the state, of all who are measured. */
    private static final long BYTES_OF_A_COMMAND = 6 * 1024;

    /** What an event leaves: itself, and rows that are made anew beside those that are there. */
    private static final long BYTES_OF_AN_EVENT = 2 * 1024;

    /** Workloads with poison, each with events of its own. */
    private static final int POISONED = 4;

    /** The same with another number of events. */
    public Extent withEvents(int number) {
        return new Extent(
                burst,
                rates,
                warmUp,
                latency,
                http,
                number,
                Math.min(listenerEvents, number),
                growth,
                restartAggregates,
                poisoning);
    }

    /** Bytes of disk that so many rounds take, roughly. */
    public long room(int rounds) {
        long commands = (long) burst * (rounds + WARM_UP_ROUNDS);
        long poisoned = (long) poisoning.events() * (rounds + WARM_UP_ROUNDS) * POISONED;
        return (1L << 30)
                + commands * BYTES_OF_A_COMMAND
                + (events + poisoned) * BYTES_OF_AN_EVENT
                + growth.room(rounds);
    }
}
