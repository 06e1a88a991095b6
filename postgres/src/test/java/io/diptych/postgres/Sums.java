package io.diptych.postgres;

import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import io.diptych.message.MessageCodec;
import io.diptych.message.Recorded;
import io.diptych.projection.Key;
import io.diptych.projection.Projection;
import io.diptych.projection.ReadModel;
import io.diptych.projection.internal.EventFold;
import io.diptych.projection.internal.NewLetter;
import io.diptych.projection.internal.RowStore;
import io.diptych.projection.internal.RowStore.Move;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A read model that sums numbers up, of which some can be made poison: an event is {@code key=number}, a number
 * {@code 0} deletes the row. The order of events shows in the row.
 */
final class Sums {

    static final String NAME = "sums";

    record Sum(
            @Key String id,
            long total,
            int events,
            @Nullable String last) {}

    /** An event log of one partition. */
    static final class Log {
        final List<LogRecord> records = new ArrayList<>();

        void add(String event) {
            String id = event.substring(0, event.indexOf('='));
            add(id, event, "Added");
        }

        /** An event whose payload the codec does not read while it is {@link Sums#broken}. */
        void add(String aggregate, String event, String type) {
            long offset = records.size();
            records.add(new Event(
                    offset,
                    event.getBytes(StandardCharsets.UTF_8),
                    List.of(
                            Header.text(Headers.ID, aggregate + "@" + offset),
                            Header.text(Headers.TYPE, type),
                            Header.text(Headers.SUBJECT, aggregate),
                            Header.text(Headers.SEQUENCE, "1"),
                            Header.text(Headers.TIME, "2026-01-01T00:00:00Z"))));
        }
    }

    private record Event(long offset, byte[] value, List<Header> headers) implements LogRecord {
        @Override
        public String topic() {
            return "test.item.events";
        }

        @Override
        public int partition() {
            return 0;
        }

        @Override
        public byte @Nullable [] key() {
            return null;
        }

        @Override
        public byte @Nullable [] header(String name) {
            for (Header header : headers) {
                if (header.name().equals(name)) {
                    return header.value();
                }
            }
            return null;
        }
    }

    /** Events that the projection fails on. */
    final Set<String> broken = new HashSet<>();

    final ReadModel<String, Sum> model = new ReadModel<>(NAME, Fixture.AGGREGATE, Sum.class, new Projection<>() {
        @Override
        public Object key(String event) {
            return event.substring(0, event.indexOf('='));
        }

        @Override
        public @Nullable Sum evolve(@Nullable Sum row, Recorded<String> event) {
            if (broken.contains(event.event())) {
                throw new IllegalStateException("cannot add [" + event.event() + "]");
            }
            String id = event.event().substring(0, event.event().indexOf('='));
            String text = event.event().substring(id.length() + 1);
            long number = text.matches("-?[0-9]+") ? Long.parseLong(text) : 1;
            if (number == 0) {
                return null;
            }
            return row == null
                    ? new Sum(id, number, 1, text)
                    : new Sum(id, row.total() * 31 + number, row.events() + 1, text);
        }
    });

    final MessageCodec<String> codec = new MessageCodec<>() {
        @Override
        public String canonicalType(String spelling) {
            return spelling;
        }

        @Override
        public List<String> types() {
            return List.of("Added");
        }

        @Override
        public String typeOf(String message) {
            return "Added";
        }

        @Override
        public String decode(String type, byte[] payload) {
            String event = new String(payload, StandardCharsets.UTF_8);
            if (event.indexOf('=') < 0 || broken.contains(type)) {
                throw new IllegalArgumentException("cannot read [" + event + "]");
            }
            return event;
        }

        @Override
        public byte[] encode(String message) {
            return message.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public @Nullable String typeIn(byte[] payload) {
            return null;
        }
    };

    /** Of an app that has events of this type only. */
    Postgres.Codecs codecs() {
        return new Postgres.Codecs() {
            @Override
            @SuppressWarnings("unchecked")
            public <E> MessageCodec<E> of(Class<E> family) {
                return (MessageCodec<E>) codec;
            }
        };
    }

    /** As a projection worker does, from where the store is to the end of the log; returns the transactions it took. */
    int apply(RowStore<Sum> store, Log log, int batch) {
        int batches = 0;
        long from = Fixture.position(store, 0);
        while (from < log.records.size()) {
            int to = (int) Math.min(log.records.size(), from + batch);
            apply(store, log.records.subList((int) from, to), from, to);
            from = to;
            batches++;
        }
        return batches;
    }

    List<NewLetter> apply(RowStore<Sum> store, List<LogRecord> records, long from, long to) {
        var fold = new EventFold<>(model, codec, store::canonical, 2);
        records.forEach(fold::add);
        return store.apply(fold.batch(Map.of(0, new Move(from, to))));
    }

    /** What the rows are when nothing is poison, folded with no store at all. */
    Map<String, Sum> offline(Log log) {
        var before = Set.copyOf(broken);
        broken.clear();
        Map<String, Sum> rows = new HashMap<>();
        var reader = new io.diptych.projection.internal.EventReader<>(codec::decode);
        for (LogRecord record : log.records) {
            Recorded<String> event = reader.read(record);
            String id = event.event().substring(0, event.event().indexOf('='));
            Sum row = ((Projection<String, Sum>) model.projection()).evolve(rows.get(id), event);
            if (row == null) {
                rows.remove(id);
            } else {
                rows.put(id, row);
            }
        }
        broken.addAll(before);
        return new TreeMap<>(rows);
    }

    /** All rows as they are in the table. */
    static Map<String, Sum> stored(RowStore<Sum> store, Set<String> keys) {
        var rows = new TreeMap<String, Sum>();
        long at = Fixture.position(store, 0);
        Fixture.apply(store, Map.of(0, new Move(at, at)), Set.copyOf(keys), stored -> {
            stored.forEach((key, row) -> rows.put((String) key, row));
            return Map.of();
        });
        return rows;
    }
}
