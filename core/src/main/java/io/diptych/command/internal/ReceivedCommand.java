package io.diptych.command.internal;

import io.diptych.message.LogRecord;
import io.diptych.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * A command as read from a record.
 *
 * @param expectedVersion null for any
 */
record ReceivedCommand<C>(
        LogRecord record,
        C command,
        String type,
        String aggregateId,
        Metadata metadata,
        @Nullable Long expectedVersion) {

    String id() {
        return metadata.id();
    }
}
