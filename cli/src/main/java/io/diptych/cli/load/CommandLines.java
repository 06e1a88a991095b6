package io.diptych.cli.load;

import org.jspecify.annotations.Nullable;

/** A file of commands, one to a line, read once from the first to the last. Used by one thread. */
public interface CommandLines extends AutoCloseable {

    /** How many lines there are, as far as can be told beforehand; for showing progress. */
    long expected();

    /** The next line; null after the last. */
    @Nullable
    Line next();

    @Override
    void close();

    /** A line of the file. */
    sealed interface Line {

        /** Its number in the file: the first line has 1. */
        long number();
    }

    /**
     * A command.
     *
     * @param aggregateId commands with the same id are sent one after the other
     * @param body the command as JSON
     */
    record Parsed(long number, String aggregateId, byte[] body) implements Line {}

    /** A line that is no command, and why. */
    record Unreadable(long number, String reason) implements Line {}
}
