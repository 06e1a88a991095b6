package io.diptych.cli.load;

import io.diptych.cli.terminal.Terminal;
import java.io.PrintWriter;

/** Shows how far a load is. Safe for many threads. */
public interface Progress extends AutoCloseable {

    /** One more line has its outcome. */
    void moved();

    @Override
    void close();

    /** A bar for a person at a terminal, a line every few seconds for a log. */
    static Progress of(long expected, PrintWriter err) {
        return Terminal.isInteractive() ? new ProgressBarOnTerminal(expected) : new ProgressLines(expected, err);
    }
}
