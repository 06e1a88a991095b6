package io.diptych.bench.suite;

import java.time.Duration;
import java.util.List;

/**
 * What grows, from few to many, and how much is measured at each.
 *
 * @param aggregates that a node has
 * @param history events that an aggregate has before it gets more
 * @param partitions of each topic
 * @param payloads bytes of a command and of its event
 * @param readModels of one aggregate
 * @param rows of a read model
 * @param burst commands that are there at once
 * @param longBurst of those whose payloads or histories are longer
 * @param flood events that are there at once, for read models
 * @param queries how long callers ask for rows
 */
record Growth(
        List<Integer> aggregates,
        List<Integer> history,
        List<Integer> partitions,
        List<Integer> payloads,
        List<Integer> readModels,
        List<Integer> rows,
        int burst,
        int longBurst,
        int flood,
        Duration queries) {

    /** Within about ten minutes on two processors, and warming up. */
    static final Growth FULL = new Growth(
            List.of(1_000, 10_000, 100_000, 1_000_000),
            List.of(1, 100, 10_000),
            List.of(1, 4, 16, 64),
            List.of(100, 1024, 10 * 1024),
            List.of(1, 2, 4, 8),
            List.of(10_000, 1_000_000),
            50_000,
            15_000,
            100_000,
            Duration.ofSeconds(2));

    /** Within about a minute, and warming up. */
    static final Growth QUICK = new Growth(
            List.of(1_000, 20_000),
            List.of(1, 1_000),
            List.of(1, 16),
            List.of(100, 10 * 1024),
            List.of(1, 4),
            List.of(1_000, 50_000),
            8_000,
            4_000,
            20_000,
            Duration.ofMillis(500));

    /** Accounts whose history grows. */
    static final int WITH_HISTORY = 300;

    /** Rounds that do not count, hardly ever more: they are short. */
    private static final long WARM_UP_ROUNDS = 10;

    /** What a command leaves on the disk beside its payload: itself, its event, its reply and the state. */
    private static final long BYTES_OF_A_COMMAND = 1024;

    private static final long BYTES_OF_AN_EVENT = 512;

    /** Bytes of disk that so many rounds take, roughly. */
    long room(int rounds) {
        long times = rounds + WARM_UP_ROUNDS;
        long commands = sum(aggregates)
                + times * burst * (aggregates.size() + partitions.size())
                + times * longBurst * (history.size() + payloads.size());
        long events = sum(history) * WITH_HISTORY
                + sum(rows)
                + rows.getLast()
                + times * flood * (readModels.size() + rows.size() + 1);
        long payload = 2 * sum(payloads) * longBurst * times;
        return commands * BYTES_OF_A_COMMAND + events * BYTES_OF_AN_EVENT + payload;
    }

    private static long sum(List<Integer> sizes) {
        return sizes.stream().mapToLong(Integer::longValue).sum();
    }
}
