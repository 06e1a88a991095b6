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
     * @param mostBytes of payload in a transaction; a larger record has one of its own
     */
    static List<List<LogRecord>> of(List<LogRecord> records, int mostBytes) {
        if (records.stream().mapToLong(Portions::bytes).sum() <= mostBytes) {
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
        long room = mostBytes;
        while (!waiting.isEmpty()) {
            Deque<LogRecord> lightest = waiting.values().stream()
                    .min(Comparator.comparingInt(queue -> bytes(queue.element())))
                    .orElseThrow();
            LogRecord record = lightest.element();
            if (!portion.isEmpty() && bytes(record) > room) {
                break;
            }
            portion.add(lightest.remove());
            room -= bytes(record);
            if (lightest.isEmpty()) {
                waiting.remove(record.partition());
            }
        }
        return portion;
    }

    private static int bytes(LogRecord record) {
        byte[] value = record.value();
        return value == null ? 0 : value.length;
    }
}
