package io.diptych.bench;

import io.diptych.bench.subject.Subject;
import io.diptych.bench.suite.Nodes;
import io.diptych.cli.Diptych;
import io.diptych.embedded.EmbeddedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Map;
import picocli.CommandLine;

/** The command line of the measurements. A node that is measured is started through it as well. */
public final class Bench {

    private Bench() {}

    /** See {@code --help}. A node: {@code node}, the system, the app's name, the node's options. */
    public static void main(String[] args) {
        if (args.length > 3 && args[0].equals("node")) {
            Subject.listen(Map.of());
            Diptych.run(Nodes.system(args[1], args[2]), Arrays.copyOfRange(args, 3, args.length));
        } else {
            System.exit(command().execute(args));
        }
    }

    static CommandLine command() {
        var command = new CommandLine(new BenchCommand());
        command.setCommandName(System.getProperty("diptych.command", "diptych") + " bench");
        command.setUsageHelpWidth(120);
        command.setParameterExceptionHandler((e, given) -> {
            PrintWriter err = command.getErr();
            err.println(e.getMessage());
            err.println("See " + command.getCommandName() + " --help");
            return CommandLine.ExitCode.USAGE;
        });
        command.setExecutionExceptionHandler((e, line, parsed) -> {
            if (e instanceof InterruptedException) {
                line.getErr().println("Stopped.");
                return CommandLine.ExitCode.SOFTWARE;
            }
            boolean explained =
                    e instanceof IOException || e instanceof EmbeddedException || e instanceof IllegalStateException;
            line.getErr().println(explained ? e.getMessage() : "This should not happen: " + e);
            if (!explained) {
                e.printStackTrace(line.getErr());
            }
            return CommandLine.ExitCode.SOFTWARE;
        });
        return command;
    }
}
