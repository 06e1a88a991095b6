package io.diptych.message.internal;

/** The log could not do what it was asked. Whether it happened may be unknown; the worker starts over from the log. */
public final class LogException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With the log's own error. */
    public LogException(String message, Throwable cause) {
        super(message, cause);
    }
}
