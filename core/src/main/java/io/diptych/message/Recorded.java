package io.diptych.message;

import java.time.Instant;

/**
 * An event as it stands on the log.
 *
 * @param event what happened
 * @param type the event's name on the log
 * @param aggregateId the aggregate it happened to
 * @param version the aggregate's version with this event: its first event has version 1
 * @param metadata ids and time
 * @param partition of the events topic
 * @param offset in that partition
 */
public record Recorded<E>(
        E event, String type, String aggregateId, long version, Metadata metadata, int partition, long offset) {

    /** When it was recorded. */
    public Instant time() {
        return metadata.time();
    }
}
