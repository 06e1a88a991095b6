package io.diptych.bench.restart;

import picocli.CommandLine.Option;

/** How much a restart has to cope with. */
public final class RestartOptions {

    @Option(
            names = "--aggregates",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "How many the node has. Default: ${DEFAULT-VALUE}")
    int aggregates = 1_000_000;

    @Option(
            names = "--commands",
            paramLabel = "N",
            defaultValue = "200000",
            description = "Commands of a round. Default: ${DEFAULT-VALUE}")
    int commands = 200_000;

    @Option(
            names = "--heap",
            paramLabel = "MB",
            defaultValue = "512",
            description = "The heap of the node. Default: ${DEFAULT-VALUE}")
    int heap = 512;
}
