package io.diptych.cli.internal;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What is called without saying which command. */
@Command(
        name = "diptych",
        synopsisSubcommandLabel = "COMMAND",
        description = "Commands in, events on Kafka, read models in PostgreSQL, queries out.",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footer = {"", "Each command has a --help of its own. Begin with: ${ROOT-COMMAND-NAME} demo"})
public final class RootCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Say what to do: one of " + String.join(", ", spec.subcommands().keySet()));
    }
}
