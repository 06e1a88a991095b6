package io.diptych.server.internal;

import io.diptych.message.Header;
import io.diptych.message.Problem;
import io.diptych.projection.DeadLetters.Page;
import io.diptych.projection.LateEvents;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One read model with the late event 7; remembers what it was asked to do. */
final class InMemoryLate implements LateEvents {

    final List<String> calls = new ArrayList<>();

    private static final Late LATE = new Late(
            7,
            1,
            12,
            "o-1@1",
            "OrderCreated",
            Instant.EPOCH,
            Instant.EPOCH.plusSeconds(7200),
            List.of(Instant.EPOCH),
            List.of("France@1970"),
            Instant.EPOCH,
            State.DISCARDED,
            new Settled(Instant.EPOCH, "ann", "a test"));

    @Override
    public List<Depth> depths() {
        return List.of(new Depth("order_summary", "order_summary", 1, Instant.EPOCH, 3, Instant.EPOCH));
    }

    @Override
    public Page<Late> list(String readModel, State state, int limit, @Nullable String cursor) {
        if (!readModel.equals("sales")) {
            throw Problem.Type.UNKNOWN_READ_MODEL.exception("There is no read model [" + readModel + "]");
        }
        calls.add("list " + state + " " + limit + " " + cursor);
        return new Page<>(List.of(LATE), "7");
    }

    @Override
    public Detail find(String readModel, long id) {
        return new Detail(
                LATE, List.of(Header.text("ce_id", "o-1@1")), "{\"price\":10.50}".getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Admitted admit(String readModel, long id, String by, boolean preview) {
        calls.add("admit " + id + " [" + by + "] " + preview);
        return new Admitted(preview, 1, 1, 0, null);
    }

    @Override
    public Admitted admitAll(String readModel, String by, boolean preview, @Nullable String after) {
        calls.add("admit all [" + by + "] " + preview + " " + after);
        return new Admitted(preview, 1000, 30, 2, "1007");
    }

    @Override
    public void discard(String readModel, long id, String by, String reason) {
        calls.add("discard " + id + " [" + by + "] " + reason);
    }

    @Override
    public long discardAll(String readModel, String by, String reason) {
        calls.add("discard all [" + by + "] " + reason);
        return 3;
    }
}
