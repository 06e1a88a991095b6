package io.diptych.bench.restart;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How much a restart has to cope with. */
public final class RestartOptions {

    @Option(
            names = "--aggregates",
            paramLabel = "N",
            description = "How many the node has. Default: 100000, with --quick 20000")
    @Nullable
    Integer aggregates;

    @Option(
            names = "--commands",
            paramLabel = "N",
            defaultValue = "20000",
            description = "Commands between two restarts. Default: ${DEFAULT-VALUE}")
    int commands = 20_000;

    @Option(
            names = "--heap",
            paramLabel = "MB",
            defaultValue = "512",
            description = "The heap of the node. Default: ${DEFAULT-VALUE}")
    int heap = 512;

    /** Why nothing can be measured with these; null if it can. */
    public @Nullable String refusal() {
        if (aggregates != null && (aggregates < 1 || aggregates > 100_000_000)) {
            return "The aggregates [" + aggregates + "] must be from 1 to 100000000";
        }
        if (commands < 1 || commands > 1_000_000) {
            return "The commands [" + commands + "] must be from 1 to 1000000";
        }
        return heap < 128 ? "The heap [" + heap + "] must be at least 128 MB" : null;
    }
}
