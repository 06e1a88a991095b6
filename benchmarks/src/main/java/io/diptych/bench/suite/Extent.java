package io.diptych.bench.suite;

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
        int restartAggregates) {

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
            100_000);

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
            20_000);

    /** Rounds that do not count: hardly ever are there more of those that leave much. */
    private static final int WARM_UP_ROUNDS = 4;

    /** What a command leaves on the disk: itself, its event, its reply and the state, of all who are measured. */
    private static final long BYTES_OF_A_COMMAND = 6 * 1024;

    /** What an event leaves: itself, and rows that are made anew beside those that are there. */
    private static final long BYTES_OF_AN_EVENT = 2 * 1024;

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
                restartAggregates);
    }

    /** Bytes of disk that so many rounds take, roughly. */
    public long room(int rounds) {
        long commands = (long) burst * (rounds + WARM_UP_ROUNDS);
        return (1L << 30) + commands * BYTES_OF_A_COMMAND + events * BYTES_OF_AN_EVENT + growth.room(rounds);
    }
}
