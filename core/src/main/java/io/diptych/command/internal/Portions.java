package io.diptych.command.internal;

import io.diptych.message.LogRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Shares out what one poll brought among transactions of a bounded size, the small before the large. So a large command
 * delays those behind it in its own partition, and none of the others that came with it.
 */
final class Portions {

    private Portions() {}

    /**
     * The records in an order that keeps that of each partition.
     *
     * @param mostBytes of payload in a transaction; a record of more than half of that has one of its own
     */
    static List<List<LogRecord>> of(List<LogRecord> records, int mostBytes) {
        if (records.stream().mapToLong(record -> room(record, mostBytes)).sum() <= mostBytes) {
            return List.of(records);
        }
        Map<Integer, Deque<LogRecord>> waiting = new TreeMap<>();
        records.forEach(record -> waiting.computeIfAbsent(record.partition(), p -> new ArrayDeque<>())
                .add(record));
        var portions = new ArrayList<List<LogRecord>>();
        while (!waiting.isEmpty()) {
            portions.add(next(waiting, mostBytes));
        }
        return portions;
    }

    private static List<LogRecord> next(Map<Integer, Deque<LogRecord>> waiting, int mostBytes) {
        var portion = new ArrayList<LogRecord>();
        int left = mostBytes;
        while (!waiting.isEmpty()) {
            Deque<LogRecord> lightest = waiting.values().stream()
                    .min(Comparator.comparingInt(queue -> room(queue.element(), mostBytes)))
                    .orElseThrow();
            LogRecord record = lightest.element();
            int room = room(record, mostBytes);
            if (!portion.isEmpty() && room > left) {
                break;
            }
            portion.add(lightest.remove());
            left -= room;
            if (lightest.isEmpty()) {
                waiting.remove(record.partition());
            }
        }
        return portion;
    }

    /** What it takes of a transaction's bytes: a large one takes all. */
    private static int room(LogRecord record, int mostBytes) {
        byte[] value = record.value();
        int bytes = value == null ? 0 : value.length;
        return bytes > mostBytes / 2 ? mostBytes : bytes;
    }
}
