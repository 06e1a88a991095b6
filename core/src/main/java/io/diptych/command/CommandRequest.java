package io.diptych.command;

import org.jspecify.annotations.Nullable;

/**
 * A command on its way in.
 *
 * @param type the command's type as the caller names it, such as {@code CreateOrder} or {@code create_order}
 * @param body the command as JSON, at most {@link io.diptych.message.Limits#MAX_COMMAND_BYTES}
 * @param id the command's id; a second command with the same id and aggregate is answered with the first's result
 * @param expectedVersion refuse unless the aggregate is at this version; null for any
 * @param traceparent W3C trace context, carried to the events
 */
public record CommandRequest(
        String type,
        byte[] body,
        String id,
        @Nullable Long expectedVersion,
        @Nullable String traceparent) {}
