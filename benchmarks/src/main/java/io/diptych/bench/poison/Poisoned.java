package io.diptych.bench.poison;

import io.diptych.App;
import io.diptych.bench.load.EventFill;
import io.diptych.bench.suite.Nodes;
import io.diptych.message.Recorded;
import io.diptych.projection.Projection;
import io.diptych.projection.ReadModel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The order system with a defect: its read model cannot fold marked events until a file is there, in whatever process. */
public final class Poisoned {

    private Poisoned() {}

    /** An app of that name. */
    public static App app(String name, Path mended) {
        App sound = Nodes.orders(name);
        App app = App.named(name).with(sound.aggregates().getFirst());
        for (ReadModel<?, ?> model : sound.readModels()) {
            app = app.with(poisoned(model, mended));
        }
        return app;
    }

    private static <E, R> ReadModel<E, R> poisoned(ReadModel<E, R> model, Path mended) {
        return new ReadModel<>(
                model.name(), model.aggregate(), model.rowType(), new Defect<>(projection(model), mended));
    }

    /** A read model of orders is not over windows. */
    static <E, R> Projection<E, R> projection(ReadModel<E, R> model) {
        return (Projection<E, R>) model.projection();
    }

    static boolean isPoison(Recorded<?> event) {
        return event.metadata().correlationId().equals(EventFill.MARK);
    }

    private record Defect<E, R>(Projection<E, R> sound, Path mended) implements Projection<E, R> {

        @Override
        public @Nullable Object key(E event) {
            return sound.key(event);
        }

        @Override
        public @Nullable R evolve(@Nullable R row, Recorded<E> event) {
            if (isPoison(event) && !Files.exists(mended)) {
                throw new IllegalStateException("The event [" + event.metadata().id() + "] is poison");
            }
            return sound.evolve(row, event);
        }
    }
}
