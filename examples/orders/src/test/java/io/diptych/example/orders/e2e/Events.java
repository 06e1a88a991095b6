package io.diptych.example.orders.e2e;

import static java.util.Objects.requireNonNull;

import io.diptych.message.LogRecord;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Counts what stands on a topic. */
final class Events {

    private Events() {}

    /** How many committed records each key has. */
    static Map<String, Integer> perKey(String bootstrapServers, String topic) {
        Map<String, Integer> counts = new HashMap<>();
        for (LogRecord record : RecordedLog.read(bootstrapServers, topic)) {
            counts.merge(new String(requireNonNull(record.key()), StandardCharsets.UTF_8), 1, Integer::sum);
        }
        return counts;
    }
}
