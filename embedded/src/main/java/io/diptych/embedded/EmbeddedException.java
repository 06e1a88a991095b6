package io.diptych.embedded;

import org.jspecify.annotations.Nullable;

/** An embedded server could not be started. The message is one sentence that says what to do. */
public final class EmbeddedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With the sentence for the person who starts it. */
    public EmbeddedException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
