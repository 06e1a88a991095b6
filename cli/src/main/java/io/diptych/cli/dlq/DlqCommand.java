package io.diptych.cli.dlq;

import io.diptych.App;
import io.diptych.projection.ReadModel;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dlq}: events that could not be applied to a read model, and those that wait behind them. */
@Command(
        name = "dlq",
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "See and settle events that could not be applied to a read model.",
            "Such an event and all later ones of its row wait, in order; everything else goes on."
        },
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n")
public final class DlqCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    /** With examples that fit the app. */
    public static CommandLine line(App app) {
        String model =
                app.readModels().stream().findFirst().map(ReadModel::name).orElse("order_summary");
        var line = new CommandLine(new DlqCommand());
        footer(line, "list", "list " + model, "show " + model + " 17", "retry " + model + " --all");
        add(line, new ListCommand(), "", model, model + " --key o-1", model + " --discarded");
        add(line, new ShowCommand(), model + " 17", model + " 17 --json");
        add(line, new RetryCommand(), model + " o-1", model + " --all --preview", model + " --all --yes");
        add(
                line,
                new EditCommand(),
                model + " 17 '{\"orderId\": \"o-1\", \"quantity\": 2}'",
                model + " 17 - < event.json");
        add(
                line,
                new DiscardCommand(),
                model + " 17 --reason 'a test order'",
                model + " --key o-1 --reason 'a test order' --yes");
        return line;
    }

    static void add(CommandLine line, Object command, String... examples) {
        var added = new CommandLine(command);
        footer(added, examples);
        line.addSubcommand(added);
    }

    static void footer(CommandLine line, String... examples) {
        line.getCommandSpec()
                .usageMessage()
                .footer(List.of(examples).stream()
                        .map(example -> ("  ${COMMAND-FULL-NAME} " + example).stripTrailing())
                        .toArray(String[]::new));
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Say what to do: one of " + String.join(", ", spec.subcommands().keySet()));
    }
}
