package io.diptych.chaos.check;

import org.jspecify.annotations.Nullable;

/**
 * A broken promise.
 *
 * @param id of the aggregate it happened to; null when it is none's
 */
public record Violation(String what, @Nullable String id) {}
