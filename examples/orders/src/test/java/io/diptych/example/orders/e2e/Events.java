package io.diptych.example.orders.e2e;

import static java.util.Objects.requireNonNull;

import io.diptych.message.LogRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What stands on a topic. */
final class Events {

    private Events() {}

    /** A record; its type is empty when it does not say so. */
    record Record(String key, @Nullable String value, String type) {}

    /** How many committed records each key has. */
    static Map<String, Integer> perKey(String bootstrapServers, String topic) {
        Map<String, Integer> counts = new HashMap<>();
        all(bootstrapServers, topic).forEach(record -> counts.merge(record.key(), 1, Integer::sum));
        return counts;
    }

    /** All committed records, those of each partition in order. */
    static List<Record> all(String bootstrapServers, String topic) {
        List<Record> records = new ArrayList<>();
        for (LogRecord record : RecordedLog.read(bootstrapServers, topic)) {
            byte[] value = record.value();
            String type = record.text("ce_type");
            records.add(new Record(
                    new String(requireNonNull(record.key()), StandardCharsets.UTF_8),
                    value == null ? null : new String(value, StandardCharsets.UTF_8),
                    type == null ? "" : type));
        }
        return records;
    }
}
