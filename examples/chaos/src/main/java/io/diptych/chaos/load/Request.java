package io.diptych.chaos.load;

import org.jspecify.annotations.Nullable;

/**
 * A command as a client sends it, once or several times.
 *
 * @param key its Idempotency-Key, and so the command's id
 * @param aggregate the aggregate's name
 * @param id of the aggregate
 * @param type of the command
 * @param body JSON
 * @param expectedVersion for If-Match; null for any
 */
public record Request(
        String key,
        String aggregate,
        String id,
        String type,
        String body,
        @Nullable Long expectedVersion) {}
