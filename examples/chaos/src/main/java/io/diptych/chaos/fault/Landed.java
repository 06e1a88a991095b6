package io.diptych.chaos.fault;

import org.jspecify.annotations.Nullable;

/**
 * A fault that hit; times are {@link System#nanoTime}.
 *
 * @param begun when it hit
 * @param mended when the process was started or thawed again
 * @param recovered when the part worked again; null when it did not within {@link FaultRunner#RECOVERS_WITHIN}
 */
public record Landed(
        Fault fault, long begun, long mended, @Nullable Long recovered) {}
