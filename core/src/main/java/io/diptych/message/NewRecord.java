package io.diptych.message;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record to be written.
 *
 * @param partition null: as the key gives it
 */
public record NewRecord(
        String topic,
        @Nullable Integer partition,
        byte @Nullable [] key,
        List<Header> headers,
        byte @Nullable [] value) {}
