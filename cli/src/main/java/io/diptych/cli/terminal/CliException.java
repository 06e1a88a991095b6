package io.diptych.cli.terminal;

import org.jspecify.annotations.Nullable;

/** A command of the terminal cannot do what it was asked. The message is for the person: what is wrong, what to do. */
public final class CliException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With the sentence for the person. */
    public CliException(String message) {
        this(message, null);
    }

    /** With the sentence for the person; the cause is shown only with {@code --verbose}. */
    public CliException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
