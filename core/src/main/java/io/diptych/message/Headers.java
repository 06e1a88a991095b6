package io.diptych.message;

/** The names of record headers. CloudEvents binary mode for Kafka; reply headers as Spring Kafka names them. */
public final class Headers {
    public static final String CONTENT_TYPE = "content-type";
    public static final String SPEC_VERSION = "ce_specversion";
    public static final String ID = "ce_id";
    public static final String TYPE = "ce_type";
    public static final String SOURCE = "ce_source";
    public static final String SUBJECT = "ce_subject";
    public static final String TIME = "ce_time";
    /** Extension: the aggregate's version with this event. */
    public static final String SEQUENCE = "ce_sequence";
    /** Extension: common to everything that follows from one request. */
    public static final String CORRELATION_ID = "ce_correlationid";
    /** Extension: the id of the command an event follows from. */
    public static final String CAUSATION_ID = "ce_causationid";
    /** Extension, on a command: refuse it unless the aggregate is at this version. */
    public static final String EXPECTED_VERSION = "ce_expectedversion";
    /** Extension, on an event: CRC-32C of its command's type and payload, to tell a repeated command from another. */
    public static final String COMMAND_CHECKSUM = "ce_commandchecksum";

    /**
     * On the last event that a transaction has for a partition: the log of commands and the offset of the first command
     * that is not handled with it, as {@code log:offset}.
     */
    public static final String NEXT_COMMAND = "diptych_next_command";

    /** On the question how an aggregate stands: asks for its events from that version on. */
    public static final String FROM_VERSION = "diptych_from_version";
    /** On the same: for how many of them at most. */
    public static final String LIMIT = "diptych_limit";

    public static final String TRACEPARENT = "traceparent";

    public static final String REPLY_TOPIC = "kafka_replyTopic";
    /** Four bytes, big-endian (as Spring Kafka writes it), or decimal digits. */
    public static final String REPLY_PARTITION = "kafka_replyPartition";

    public static final String REPLY_CORRELATION_ID = "kafka_correlationId";

    /** On a dead letter: the problem's type. */
    public static final String ERROR_TYPE = "diptych_error_type";
    /** On a dead letter: the problem in words. */
    public static final String ERROR_DETAIL = "diptych_error_detail";

    public static final String ERROR_TIME = "diptych_error_time";

    public static final String ORIGINAL_TOPIC = "diptych_original_topic";
    public static final String ORIGINAL_PARTITION = "diptych_original_partition";
    public static final String ORIGINAL_OFFSET = "diptych_original_offset";

    /** On a dead letter of a read model: of which generation of its rows. */
    public static final String GENERATION = "diptych_generation";

    /** On a dead letter of a read model over windows: the start of the window that it is of. */
    public static final String WINDOW = "diptych_window";

    private Headers() {}
}
