package io.diptych.cli.load;

import io.diptych.cli.client.ApiClient;
import io.diptych.cli.client.UrlOption;
import io.diptych.cli.terminal.CliException;
import java.io.PrintWriter;
import java.time.Duration;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The options of every command that loads a file. A picocli mixin. */
public final class LoadOptions {

    @Spec(Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec command;

    @Mixin
    private final UrlOption url = new UrlOption();

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            defaultValue = "256",
            showDefaultValue = Visibility.ALWAYS,
            description = "How many commands are on their way at once.")
    private int concurrency;

    @Option(names = "--limit", paramLabel = "N", description = "Stop after that many lines.")
    private long limit = Long.MAX_VALUE;

    @Option(
            names = "--retry-for",
            paramLabel = "SECONDS",
            defaultValue = "60",
            showDefaultValue = Visibility.ALWAYS,
            description = "How long to go on trying while there is no answer.")
    private int retryFor;

    /**
     * Sends the lines, prints what became of them and returns the exit code: 0 when each readable line has an answer.
     */
    public int load(CommandLines lines, String commandType, String readModel) throws InterruptedException {
        requireAtLeast("--concurrency", concurrency, 1);
        requireAtLeast("--limit", limit, 0);
        requireAtLeast("--retry-for", retryFor, 0);
        PrintWriter err = command.commandLine().getErr();
        var settings = new BulkLoad.Settings(commandType, readModel, concurrency, limit, Duration.ofSeconds(retryFor));
        try (var client = new ApiClient(url.url())) {
            LoadReport report =
                    new BulkLoad(client, settings).run(lines, Progress.of(Math.min(limit, lines.expected()), err));
            report.print(command.commandLine().getOut());
            if (report.stopped() != null) {
                throw new CliException("The load was broken off: " + report.stopped()
                        + ". Load the file again to go on: what took effect is not done twice");
            }
            return 0;
        }
    }

    private void requireAtLeast(String option, long value, long least) {
        if (value < least) {
            throw new ParameterException(
                    command.commandLine(), "The value of " + option + " [" + value + "] must be at least " + least);
        }
    }
}
