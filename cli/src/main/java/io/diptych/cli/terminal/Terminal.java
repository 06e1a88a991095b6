package io.diptych.cli.terminal;

import java.io.Console;

/** Whether a person is looking. */
public final class Terminal {

    private Terminal() {}

    /** Whether input and output are a terminal, not a file or a pipe. */
    @SuppressWarnings("SystemConsoleNull") // It does so on JDK 21.
    public static boolean isInteractive() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            // Since JDK 22 there is a console in any case, and this tells what it is connected to.
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
