package io.diptych.server.internal;

import io.diptych.message.Header;
import io.diptych.message.Problem;
import io.diptych.projection.DeadLetters;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One read model with the letters 7 and 8, both of the key {@code o-1}; remembers what it was asked to do. */
final class InMemoryLetters implements DeadLetters {

    final List<String> calls = new ArrayList<>();

    private static Letter letter(long id, Cause cause) {
        return new Letter(
                id,
                "o-1",
                0,
                id,
                "o-1@" + id,
                "OrderCreated",
                cause,
                cause == Cause.WAITS ? null : "java.lang.ArithmeticException: / by zero",
                cause == Cause.WAITS ? 0 : 3,
                false,
                Instant.EPOCH,
                null,
                null);
    }

    private static final Letter FIRST = letter(7, Cause.FOLD_FAILED);

    private static void require(String readModel) {
        if (!readModel.equals("order_summary")) {
            throw Problem.Type.UNKNOWN_READ_MODEL.exception("There is no read model [" + readModel + "]");
        }
    }

    @Override
    public List<Depth> depths() {
        return List.of(
                new Depth("order_summary", "order_summary", 1, 1, 2, Instant.EPOCH),
                new Depth("product_demand_g2", "product_demand", 2, 0, 0, null));
    }

    @Override
    public Page<ParkedKey> keys(String readModel, int limit, @Nullable String cursor) {
        require(readModel);
        calls.add("keys " + limit + " " + cursor);
        return new Page<>(List.of(new ParkedKey("o-1", Instant.EPOCH, 2, FIRST)), null);
    }

    @Override
    public Page<Letter> letters(String readModel, String key, int limit, @Nullable String cursor) {
        require(readModel);
        calls.add("letters " + key + " " + limit + " " + cursor);
        return new Page<>(List.of(FIRST, letter(8, Cause.WAITS)), "8");
    }

    @Override
    public Page<Letter> discarded(String readModel, int limit, @Nullable String cursor) {
        calls.add("discarded");
        return new Page<>(List.of(), null);
    }

    @Override
    public Detail find(String readModel, long id) {
        require(readModel);
        if (id != 7) {
            throw Problem.Type.NOT_FOUND.exception("There is no letter [" + id + "]");
        }
        return detail(null);
    }

    private static Detail detail(byte @Nullable [] edited) {
        return new Detail(
                FIRST,
                List.of(Header.text("ce_id", "o-1@7")),
                "{\"price\":10.50}".getBytes(StandardCharsets.UTF_8),
                edited,
                "at Orders",
                1);
    }

    @Override
    public Retried retry(String readModel, String key, boolean preview) {
        calls.add("retry " + key + " " + preview);
        return new Retried(preview, 1, 2, 0, 0, List.of(new StillParked("o-1", 7, Cause.FOLD_FAILED, "by zero")), null);
    }

    @Override
    public Retried retryAll(String readModel, boolean preview, @Nullable String after) {
        calls.add("retry all " + preview + " " + after);
        return new Retried(preview, 1, 2, 2, 1, List.of(), "o-1");
    }

    @Override
    public Detail edit(String readModel, long id, byte[] payload) {
        calls.add("edit " + id);
        return detail(payload);
    }

    @Override
    public Retried discard(String readModel, long id, String by, String reason) {
        calls.add("discard " + id + " " + by + " " + reason);
        return new Retried(false, 1, 1, 1, 1, List.of(), null);
    }

    @Override
    public long discardKey(String readModel, String key, String by, String reason) {
        calls.add("discard key " + key + " " + by + " " + reason);
        return 2;
    }
}
