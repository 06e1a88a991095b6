package io.diptych.bench.poison;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is left to chance while nodes are killed. */
public final class PoisonOptions {

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Which nodes are killed, and when. Default: another one each time; the report has it.")
    @Nullable
    Long seed;

    private final long chosen = new SplittableRandom().nextLong(1_000_000);

    /** The one that was given, or one at random. */
    public long seed() {
        return seed == null ? chosen : seed;
    }
}
