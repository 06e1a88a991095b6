package io.diptych.command.internal;

import java.util.List;

/** What a command that recorded events led to, kept to answer the same command again. */
final class CommandResult {

    private static final long UNKNOWN = -1;

    private final String commandId;
    private final String checksum;
    private final long version;
    private final List<String> eventTypes;
    private long offset;

    /** A result whose last event is not on the log yet. */
    CommandResult(String commandId, String checksum, long version, List<String> eventTypes) {
        this(commandId, checksum, version, eventTypes, UNKNOWN);
    }

    CommandResult(String commandId, String checksum, long version, List<String> eventTypes, long offset) {
        this.commandId = commandId;
        this.checksum = checksum;
        this.version = version;
        this.eventTypes = eventTypes;
        this.offset = offset;
    }

    /** Sets the place of the last event, once it is on the log. */
    void locate(long lastEventOffset) {
        offset = lastEventOffset;
    }

    String commandId() {
        return commandId;
    }

    /** Tells whether a command with the same id is the same command. */
    String checksum() {
        return checksum;
    }

    /** The aggregate's version after the command. */
    long version() {
        return version;
    }

    List<String> eventTypes() {
        return eventTypes;
    }

    /** Of the last event. */
    long offset() {
        if (offset == UNKNOWN) {
            throw new IllegalStateException("The events of command [" + commandId + "] are not on the log yet");
        }
        return offset;
    }
}
