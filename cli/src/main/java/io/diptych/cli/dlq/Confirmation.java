package io.diptych.cli.dlq;

import io.diptych.cli.terminal.Terminal;
import java.io.Console;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Asks before something is done for good. A picocli mixin. */
final class Confirmation {

    @Option(names = "--yes", description = "Do not ask first.")
    private boolean yes;

    /** Whether the person agrees; who is not there to be asked has to say --yes. */
    boolean given(CommandSpec spec, String question) {
        if (yes) {
            return true;
        }
        Console console = Terminal.isInteractive() ? System.console() : null;
        if (console == null) {
            throw new ParameterException(spec.commandLine(), "Say --yes to do it: nobody can be asked here");
        }
        String answer = console.readLine("%s [y/N] ", question);
        return answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
    }
}
