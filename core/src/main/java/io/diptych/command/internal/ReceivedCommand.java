package io.diptych.command.internal;

import io.diptych.message.LogRecord;
import io.diptych.message.Metadata;
import org.jspecify.annotations.Nullable;

/**
 * A command as read from a record.
 *
 * @param key the aggregate's id as UTF-8; not to be written to
 * @param expectedVersion null for any
 */
record ReceivedCommand<C>(
        LogRecord record,
        C command,
        String type,
        String aggregateId,
        byte[] key,
        Metadata metadata,
        @Nullable Long expectedVersion) {

    String id() {
        return metadata.id();
    }
}
