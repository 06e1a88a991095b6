package io.diptych.projection.internal;

import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import io.diptych.message.MessageCodec;
import io.diptych.message.Metadata;
import io.diptych.message.Recorded;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Reads recorded events from records. */
public final class EventReader<E> {

    private final Payloads<E> payloads;

    /** All events of a transaction have the same time, which takes as long to read as the rest of the headers. */
    private Time last = new Time("", Instant.EPOCH);

    private record Time(String written, Instant instant) {}

    /** What an event's payload is read as. */
    public interface Payloads<E> {
        E decode(String type, byte[] payload);
    }

    /** With that way to read payloads, such as {@link MessageCodec#decode}. */
    public EventReader(Payloads<E> payloads) {
        this.payloads = payloads;
    }

    /**
     * Reads one.
     *
     * @throws RuntimeException when it is not an event that Diptych wrote, or the application cannot read it
     */
    public Recorded<E> read(LogRecord record) {
        byte[] payload = record.value();
        if (payload == null) {
            throw new IllegalArgumentException("it has no value");
        }
        String type = required(record, Headers.TYPE);
        String id = required(record, Headers.ID);
        var metadata = new Metadata(
                id,
                time(record),
                orElse(record.text(Headers.CORRELATION_ID), id),
                record.text(Headers.CAUSATION_ID),
                record.text(Headers.TRACEPARENT));
        return new Recorded<>(
                payloads.decode(type, payload),
                type,
                required(record, Headers.SUBJECT),
                Long.parseLong(required(record, Headers.SEQUENCE)),
                metadata,
                record.partition(),
                record.offset());
    }

    private Instant time(LogRecord record) {
        String written = required(record, Headers.TIME);
        Time known = last; // Read once: a reader may be shared by threads.
        if (!written.equals(known.written())) {
            known = new Time(written, Instant.parse(written));
            last = known;
        }
        return known.instant();
    }

    private static String required(LogRecord record, String header) {
        String value = record.text(header);
        if (value == null) {
            throw new IllegalArgumentException("it lacks the header [" + header + "]");
        }
        return value;
    }

    private static String orElse(@Nullable String value, String otherwise) {
        return value == null ? otherwise : value;
    }
}
