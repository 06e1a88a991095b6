package io.diptych.cli.dlq;

import io.diptych.App;
import io.diptych.projection.ReadModel;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code late}: events that came after their windows were closed. */
@Command(
        name = "late",
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "See and settle events that came after the windows they belong to were closed.",
            "They are not in the rows of the read model, and hold up nothing."
        },
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n")
public final class LateCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    /** With examples that fit the app. */
    public static CommandLine line(App app) {
        String model = app.readModels().stream()
                .filter(readModel -> readModel.windows() != null)
                .findFirst()
                .map(ReadModel::name)
                .orElse("sales_by_hour");
        var line = new CommandLine(new LateCommand());
        DlqCommand.footer(line, "list", "list " + model, "show " + model + " 17", "admit " + model + " --all");
        DlqCommand.add(line, new LateListCommand(), "", model, model + " --state discarded --limit 20");
        DlqCommand.add(line, new LateShowCommand(), model + " 17", model + " 17 --json");
        DlqCommand.add(line, new LateAdmitCommand(), model + " 17", model + " --all --preview", model + " --all --yes");
        DlqCommand.add(
                line,
                new LateDiscardCommand(),
                model + " 17 --reason 'a test order'",
                model + " --all --reason 'an import gone wrong' --yes");
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Say what to do: one of " + String.join(", ", spec.subcommands().keySet()));
    }
}
