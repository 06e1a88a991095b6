package io.diptych.postgres;

import io.diptych.postgres.ChangePage.Entry;
import io.diptych.postgres.ChangePage.Head;
import io.diptych.postgres.ChangePage.Place;
import io.diptych.postgres.RowStreams.Asked;
import io.diptych.postgres.RowStreams.Read;
import io.diptych.projection.RowStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A stream that holds nothing but its place. Rows are told page by page, each of a snapshot of its own: before a page,
 * what has changed since the page before in the rows told so far. So after each page these are as the table was then, and
 * a table of any size needs neither a transaction that stays open nor memory.
 */
final class PostgresRowStream implements RowStream {

    private static final Pattern ID = Pattern.compile("([0-9a-f]{1,40})-([0-9]{1,18})");
    private static final Place BEGINNING = new Place(null, 0, null, false);

    private final RowStreams streams;
    private final Asked asked;
    private final Waiters.Waiter waiter;
    private Place place;

    /** What is to be told first: why it does not go on from what was seen last. */
    private @Nullable String reset;

    /** Of the rows that were read last. */
    private int generation;

    /** Whether nothing was left to be told when it was looked last. */
    private boolean settled;

    private volatile boolean closed;

    /** @param lastId null to begin */
    PostgresRowStream(RowStreams streams, Asked asked, Waiters.Waiter waiter, @Nullable String lastId) {
        this.streams = streams;
        this.asked = asked;
        this.waiter = waiter;
        Matcher id = ID.matcher(lastId == null ? "" : lastId);
        this.place = id.matches() ? new Place(id.group(1), Long.parseLong(id.group(2)), null, true) : BEGINNING;
        this.reset = id.matches() || lastId == null || lastId.isEmpty() ? null : "The id is not one of this read model";
    }

    @Override
    public Portion next(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!closed) {
            if (settled && !waiter.await(generation, deadline - System.nanoTime())) {
                break;
            }
            settled = false;
            Portion portion = look();
            if (!portion.events().isEmpty()) {
                return portion;
            }
        }
        return new Portion(List.of(), id());
    }

    private Portion look() throws InterruptedException {
        Read read = streams.read(asked, place);
        String lost = lost(read.head());
        if (lost != null) {
            reset = lost;
            place = BEGINNING;
            read = streams.read(asked, place);
        }
        generation = read.rows().generation();
        var events = new ArrayList<Event>();
        if (reset != null) {
            events.add(new Event(Kind.RESET, null, streams.json().write(Map.of("reason", reset))));
            reset = null;
        }
        tell(read, events);
        return new Portion(events, id());
    }

    /** Why what comes next is not what comes after the place; null when it is. */
    private @Nullable String lost(Head head) {
        if (place.log() == null) {
            return null;
        }
        if (!place.log().equals(head.log()) || place.number() > head.number()) {
            return "Other rows serve now";
        }
        return place.number() < head.floor() ? "The changes since then are not kept any more" : null;
    }

    private void tell(Read read, List<Event> events) {
        Head head = read.head();
        List<Entry> entries = read.found().entries();
        for (Entry entry : entries) {
            String id = place.complete() ? id(head.log(), entry.number()) : null;
            events.add(entry.row() == null ? removed(read, entry, id) : new Event(Kind.CHANGED, id, entry.row()));
        }
        if (entries.size() == ChangePage.LIMIT) {
            place = new Place(head.log(), entries.getLast().number(), place.key(), place.complete());
        } else if (place.complete()) {
            place = new Place(head.log(), head.number(), null, true);
            settled = true;
        } else {
            tellRows(read, events);
        }
    }

    private void tellRows(Read read, List<Event> events) {
        Head head = read.head();
        var rows = read.found().rows();
        rows.forEach(row -> events.add(new Event(Kind.ROW, null, streams.json().write(row))));
        if (rows.size() < ChangePage.LIMIT) {
            place = new Place(head.log(), head.number(), null, true);
            settled = true;
            events.add(new Event(Kind.COMPLETE, id(), "{}"));
        } else {
            Object key = rows.getLast().get(read.rows().shape().key().field());
            place = new Place(head.log(), head.number(), String.valueOf(key), false);
        }
    }

    private Event removed(Read read, Entry entry, @Nullable String id) {
        Column key = read.rows().shape().key();
        Object value = key.kind().parse(entry.key());
        return new Event(
                Kind.REMOVED, id, streams.json().write(Map.of(key.field(), value == null ? entry.key() : value)));
    }

    private @Nullable String id() {
        String log = place.log();
        return place.complete() && log != null ? id(log, place.number()) : null;
    }

    private static String id(String log, long number) {
        return log + "-" + number;
    }

    @Override
    public void close() {
        closed = true;
        waiter.close();
        waiter.wake();
    }
}
