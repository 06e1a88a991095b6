package io.diptych.message;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A record as it was read from the log, without a copy. The arrays are the log's own: they are not written to. */
public interface LogRecord {
    String topic();

    int partition();

    long offset();

    byte @Nullable [] key();

    byte @Nullable [] value();

    /** The last header of that name. */
    byte @Nullable [] header(String name);

    /** All headers, in order. */
    List<Header> headers();

    /** The last header of that name as UTF-8 text. */
    default @Nullable String text(String name) {
        byte[] value = header(name);
        return value == null ? null : new String(value, java.nio.charset.StandardCharsets.UTF_8);
    }
}
