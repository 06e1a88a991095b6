package io.diptych.postgres;

import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.NewRecord;
import io.diptych.projection.DeadLetters.Cause;
import io.diptych.projection.internal.NewLetter;
import io.diptych.projection.internal.NewLetter.Failure;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Makes the records that tell the world of parked events. */
final class DeadLetterRecords {

    private DeadLetterRecords() {}

    /** The event as it came, keyed by the row key, with the cause in headers. */
    static NewRecord of(String topic, int generation, NewLetter letter) {
        Failure failure = letter.failure();
        List<Header> headers = new ArrayList<>(letter.event().headers());
        headers.add(Header.text(
                Headers.ERROR_TYPE,
                failure == null ? Cause.WAITS.slug() : failure.cause().slug()));
        headers.add(Header.text(
                Headers.ERROR_DETAIL, failure == null ? "It waits behind another event of its key" : failure.error()));
        headers.add(Header.text(Headers.ERROR_TIME, Instant.now().toString()));
        headers.add(Header.text(Headers.ORIGINAL_TOPIC, letter.event().topic()));
        headers.add(Header.text(
                Headers.ORIGINAL_PARTITION, Integer.toString(letter.event().partition())));
        headers.add(Header.text(
                Headers.ORIGINAL_OFFSET, Long.toString(letter.event().offset())));
        headers.add(Header.text(Headers.GENERATION, Integer.toString(generation)));
        return new NewRecord(
                topic,
                null,
                letter.key().getBytes(StandardCharsets.UTF_8),
                headers,
                letter.event().value());
    }
}
