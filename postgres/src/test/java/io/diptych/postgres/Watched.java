package io.diptych.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.projection.RowStream;
import io.diptych.projection.RowStream.Event;
import io.diptych.projection.RowStream.Portion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Who watches rows: keeps what was told, and the rows as they are after it. */
final class Watched {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Pattern key;
    private final List<String> events = new ArrayList<>();
    private final TreeMap<String, String> rows = new TreeMap<>();

    /** With which to go on. */
    @Nullable
    String id;

    /** @param key the name of the field that is the rows' key, a text */
    Watched(String key) {
        this.key = Pattern.compile("\"" + key + "\":\"((?:[^\"\\\\]|\\\\.)*)\"");
    }

    /** With which a stream that begins now goes on; the rows' key is {@code id}. */
    static String id(Postgres postgres, String readModel) throws InterruptedException {
        var watched = new Watched("id");
        watched.catchUp(postgres.queries().stream(readModel, null, List.of(), null));
        return String.valueOf(watched.id);
    }

    /** Kinds and rows, in the order in which they came. */
    List<String> events() {
        return events;
    }

    /** By key. */
    TreeMap<String, String> rows() {
        return rows;
    }

    /** Takes all that there is now, and ends the stream. */
    void catchUp(RowStream stream) throws InterruptedException {
        try (stream) {
            Portion portion;
            do {
                portion = stream.next(Duration.ZERO);
                take(portion);
            } while (!portion.events().isEmpty());
        }
    }

    /** Takes what comes until that many events have come in all. */
    void await(RowStream stream, int count) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (events.size() < count) {
            assertThat(System.nanoTime()).as("%s", events).isLessThan(deadline);
            take(stream.next(Duration.ofSeconds(1)));
        }
    }

    void take(Portion portion) {
        for (Event event : portion.events()) {
            events.add(event.kind().written() + " " + event.json());
            if (event.id() != null) {
                id = event.id();
            }
            switch (event.kind()) {
                case ROW, CHANGED -> rows.put(keyOf(event), event.json());
                case REMOVED -> rows.remove(keyOf(event));
                case RESET -> {
                    rows.clear();
                    id = null;
                }
                case COMPLETE -> {}
            }
        }
        if (portion.id() != null) {
            id = portion.id();
        }
    }

    private String keyOf(Event event) {
        Matcher found = key.matcher(event.json());
        assertThat(found.find()).as(event.json()).isTrue();
        return found.group(1).replaceAll("\\\\(.)", "$1");
    }
}
