package io.diptych.postgres;

import io.diptych.message.Header;
import io.diptych.message.LogRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An event that has waited, as a letter or because it was late, with the payload to be applied. */
record WaitingLetter(
        long id, String rowKey, String topic, int partition, long offset, List<Header> headers, byte @Nullable [] value)
        implements LogRecord {

    /** The same name again when nothing else names the aggregate. */
    @Override
    public byte @Nullable [] key() {
        return rowKey.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte @Nullable [] header(String name) {
        byte[] value = null;
        for (Header header : headers) {
            if (header.name().equals(name)) {
                value = header.value();
            }
        }
        return value;
    }
}
