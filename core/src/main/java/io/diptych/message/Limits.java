package io.diptych.message;

/** Sizes that hold everywhere, so that one message cannot slow the others. */
public final class Limits {

    /** The largest command payload: 1 MiB. */
    public static final int MAX_COMMAND_BYTES = 1024 * 1024;

    /** The largest event payload: 2 MiB, so that a command of the largest size can be recorded whole. */
    public static final int MAX_EVENT_BYTES = 2 * 1024 * 1024;

    /** The largest record on a topic, payload and headers: 4 MiB. */
    public static final int MAX_RECORD_BYTES = 4 * 1024 * 1024;

    /** The longest aggregate id, in characters. */
    public static final int MAX_ID_LENGTH = 256;

    private Limits() {}
}
