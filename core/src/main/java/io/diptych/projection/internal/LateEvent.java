package io.diptych.projection.internal;

import io.diptych.message.LogRecord;
import io.diptych.projection.Window;
import java.time.Instant;
import java.util.List;

/**
 * An event that came when windows that it belongs to were closed.
 *
 * @param time when it happened
 * @param watermark when it came
 * @param in those windows
 */
public record LateEvent(LogRecord event, Instant time, Instant watermark, List<In> in) {

    /** One window, and the row that it belongs to there. */
    public record In(Window window, String key) {}
}
