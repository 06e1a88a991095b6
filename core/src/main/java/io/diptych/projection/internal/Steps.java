package io.diptych.projection.internal;

import io.diptych.message.Recorded;
import io.diptych.projection.Folding;
import io.diptych.projection.Projection;
import io.diptych.projection.Window;
import io.diptych.projection.WindowedProjection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Which rows an event belongs to, and what becomes of each. */
public interface Steps<E, R> {

    /**
     * One row that an event belongs to.
     *
     * @param key of the row
     * @param span the window; null when the read model has none
     */
    record Step<E, R>(Object key, @Nullable Span span, Evolution<E, R> evolution) {}

    /** A window and the watermark at which it closes. */
    record Span(Window window, Instant closesAt) {
        static Span of(Window window, Duration grace) {
            return new Span(window, window.closesAt(grace));
        }
    }

    /** The row after the event. */
    interface Evolution<E, R> {
        @Nullable
        R evolve(@Nullable R row, Recorded<E> event);
    }

    /** All of them. */
    List<Step<E, R>> of(Recorded<E> event);

    /** When the event happened, as far as windows are concerned. */
    @Nullable
    Instant time(Recorded<E> event);

    /** Those of a read model. */
    static <E, R> Steps<E, R> of(Folding<E, R> folding) {
        return switch (folding) {
            case Projection<E, R> plain -> new OfRows<>(plain);
            case WindowedProjection<E, R> windowed -> new OfWindows<>(windowed);
        };
    }

    /** One row at most. */
    record OfRows<E, R>(Projection<E, R> projection) implements Steps<E, R> {
        @Override
        public List<Step<E, R>> of(Recorded<E> event) {
            Object key = projection.key(event.event());
            return key == null ? List.of() : List.of(new Step<>(key, null, projection::evolve));
        }

        @Override
        public @Nullable Instant time(Recorded<E> event) {
            return null;
        }
    }

    /** One row at most in each window. */
    record OfWindows<E, R>(WindowedProjection<E, R> projection) implements Steps<E, R> {
        @Override
        public List<Step<E, R>> of(Recorded<E> event) {
            Instant time = time(event);
            return time == null
                    ? List.of()
                    : projection.windows().of(time).stream()
                            .map(window -> step(event, window))
                            .filter(Objects::nonNull)
                            .toList();
        }

        private @Nullable Step<E, R> step(Recorded<E> event, Window window) {
            Object key = projection.key().apply(event.event(), window);
            return key == null
                    ? null
                    : new Step<>(
                            key,
                            Span.of(window, projection.windows().grace()),
                            (row, e) -> projection.evolve().evolve(row, e, window));
        }

        @Override
        public @Nullable Instant time(Recorded<E> event) {
            return projection.time().apply(event.event());
        }
    }
}
