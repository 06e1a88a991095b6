package io.diptych.message;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known about a message besides its content.
 *
 * @param id the message's id (CloudEvents {@code id})
 * @param time when the command was handled, by the clock of the aggregate's owner
 * @param correlationId common to everything that follows from one request
 * @param causationId the id of the message this one follows from; null for a command from outside
 * @param traceparent W3C trace context
 */
public record Metadata(
        String id,
        Instant time,
        String correlationId,
        @Nullable String causationId,
        @Nullable String traceparent) {}
