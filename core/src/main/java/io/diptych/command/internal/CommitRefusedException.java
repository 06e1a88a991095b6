package io.diptych.command.internal;

/**
 * A transaction was not committed, because partitions are being shared out anew. Nothing of it took effect, nothing of
 * it is open, and the log is ready for another.
 */
public final class CommitRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With the log's own error. */
    public CommitRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
