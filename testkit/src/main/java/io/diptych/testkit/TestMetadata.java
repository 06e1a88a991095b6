package io.diptych.testkit;

import io.diptych.message.Metadata;
import java.time.Instant;

/** Metadata with a clock that stands still. */
public final class TestMetadata {

    /** The time of every command and event, unless the test says otherwise. */
    public static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    private TestMetadata() {}

    /** Of a message with that id, now. */
    public static Metadata of(String id) {
        return at(NOW, id);
    }

    /** Of a message with that id at that time. */
    public static Metadata at(Instant time, String id) {
        return new Metadata(id, time, id, null, null);
    }
}
