package io.diptych.message;

import java.util.ArrayList;
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
        byte @Nullable [] value) {

    /** The same with one header more. */
    public NewRecord with(Header header) {
        var longer = new ArrayList<Header>(headers.size() + 1);
        longer.addAll(headers);
        longer.add(header);
        return new NewRecord(topic, partition, key, longer, value);
    }
}
