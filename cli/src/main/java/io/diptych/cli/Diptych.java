package io.diptych.cli;

import io.diptych.App;
import io.diptych.ConfigurationException;
import io.diptych.cli.dlq.DlqCommand;
import io.diptych.cli.dlq.LateCommand;
import io.diptych.cli.internal.DemoCommand;
import io.diptych.cli.internal.GetCommand;
import io.diptych.cli.internal.HistoryCommand;
import io.diptych.cli.internal.Logging;
import io.diptych.cli.internal.ProjectionsCommand;
import io.diptych.cli.internal.QueryCommand;
import io.diptych.cli.internal.RootCommand;
import io.diptych.cli.internal.RunCommand;
import io.diptych.cli.internal.SendCommand;
import io.diptych.cli.internal.WatchCommand;
import io.diptych.cli.terminal.CliException;
import io.diptych.embedded.EmbeddedException;
import io.diptych.message.ProblemException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/**
 * The command line of an app: {@code demo}, {@code run}, {@code send}, {@code get}, and whatever the app adds.
 *
 * <p>Exit codes: 0 done, 1 failed, 2 called wrongly.
 */
public final class Diptych {

    private static final String VERBOSE = "--verbose";

    private Diptych() {}

    /**
     * Does what the arguments ask for and exits.
     *
     * @param commands picocli commands of the app's own, as objects
     */
    public static void run(App app, String[] args, Object... commands) {
        System.exit(execute(app, writer(System.out), writer(System.err), args, commands));
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, stream.charset()), true);
    }

    /** As {@link #run}, but returns the exit code. */
    public static int execute(App app, PrintWriter out, PrintWriter err, String[] args, Object... commands) {
        Logging.begin();
        var line = new CommandLine(new RootCommand());
        line.setCommandName(System.getProperty("diptych.command", "diptych"));
        line.addSubcommand(new DemoCommand(app)).addSubcommand(new RunCommand(app));
        for (Object command : commands) {
            line.addSubcommand(command);
        }
        line.addSubcommand(SendCommand.line(app))
                .addSubcommand(GetCommand.line(app))
                .addSubcommand(WatchCommand.line(app))
                .addSubcommand(HistoryCommand.line(app))
                .addSubcommand(new ProjectionsCommand())
                .addSubcommand(DlqCommand.line(app))
                .addSubcommand(LateCommand.line(app));
        if (!app.queries().isEmpty()) {
            line.addSubcommand(QueryCommand.line(app));
        }
        line.setOut(out)
                .setErr(err)
                .setExpandAtFiles(false)
                .setUsageHelpWidth(120)
                .setUsageHelpAutoWidth(true)
                .setExecutionStrategy(Diptych::execute)
                .setParameterExceptionHandler(Diptych::calledWrongly)
                .setExecutionExceptionHandler((failure, command, parsed) -> failed(failure, command));
        line.getCommandSpec().usageMessage().footer(footer(line));
        addCommonOptions(line);
        return line.execute(args);
    }

    /** Begins with the commands that only the script knows of which called this: they go on with the list above. */
    private static String[] footer(CommandLine line) {
        Stream<String> more = System.getProperty("diptych.more", "").lines();
        return Stream.concat(
                        more, Arrays.stream(line.getCommandSpec().usageMessage().footer()))
                .toArray(String[]::new);
    }

    private static void addCommonOptions(CommandLine line) {
        line.getCommandSpec().usageMessage().sortOptions(false);
        line.getCommandSpec()
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Show this help.")
                        .build())
                .addOption(OptionSpec.builder(VERBOSE)
                        .description("Log more, and show stack traces.")
                        .build());
        line.getSubcommands().values().forEach(Diptych::addCommonOptions);
    }

    private static int execute(ParseResult parsed) {
        if (isVerbose(parsed)) {
            Logging.verbose();
        }
        return new RunLast().execute(parsed);
    }

    private static boolean isVerbose(ParseResult parsed) {
        return parsed.asCommandLineList().stream()
                .anyMatch(line -> line.getParseResult().hasMatchedOption(VERBOSE));
    }

    private static int calledWrongly(ParameterException e, String[] args) {
        CommandLine line = e.getCommandLine();
        line.getErr().println(e.getMessage());
        line.getErr().println("See " + line.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private static int failed(Exception failure, CommandLine line) {
        Logging.record(failure);
        boolean explained = failure instanceof CliException
                || failure instanceof ConfigurationException
                || failure instanceof EmbeddedException
                || failure instanceof ProblemException;
        line.getErr().println(explained ? failure.getMessage() : "This should not happen: " + failure);
        if (line.getParseResult().hasMatchedOption(VERBOSE)) {
            failure.printStackTrace(line.getErr());
        } else if (!explained) {
            line.getErr().println("Call it again with " + VERBOSE + " to see where");
        }
        return ExitCode.SOFTWARE;
    }
}
