package io.diptych.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.diptych.App;
import io.diptych.message.Recorded;
import io.diptych.projection.Key;
import io.diptych.projection.ReadModel;
import io.diptych.projection.internal.Steps;
import io.diptych.projection.internal.Steps.Step;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tests a projection: given these events, the rows are those. Immutable. Also fails when the fold is not a pure
 * function of what it is given, or puts a row under another key than the row's own. Over windows of event time every
 * event counts here, however late it comes.
 *
 * <pre>{@code
 * var summaries = ProjectionFixture.of(app, "order_summary", OrderEvent.class, OrderSummary.class);
 * assertThat(summaries.given("1", created, paid).row("1")).isEqualTo(new OrderSummary(...));
 * }</pre>
 */
public final class ProjectionFixture<E, R> {

    private final Steps<E, R> steps;
    private final RecordComponent key;
    private final List<Recorded<E>> events;

    private ProjectionFixture(Steps<E, R> steps, RecordComponent key, List<Recorded<E>> events) {
        this.steps = steps;
        this.key = key;
        this.events = events;
    }

    /** A fixture without events yet. */
    public static <E, R> ProjectionFixture<E, R> of(ReadModel<E, R> readModel) {
        RecordComponent key = Arrays.stream(readModel.rowType().getRecordComponents())
                .filter(component -> component.isAnnotationPresent(Key.class))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("The row ["
                        + readModel.rowType().getName() + "] has no @Key: mark the one that identifies it"));
        key.getAccessor().setAccessible(true);
        return new ProjectionFixture<>(Steps.of(readModel.projection()), key, List.of());
    }

    /**
     * A fixture for the read model of that name, as the app has it.
     *
     * @throws IllegalArgumentException when there is none, or it has other events or rows
     */
    @SuppressWarnings("unchecked") // Both types are compared.
    public static <E, R> ProjectionFixture<E, R> of(App app, String readModel, Class<E> events, Class<R> rows) {
        return app.readModels().stream()
                .filter(model -> model.name().equals(readModel)
                        && model.aggregate().eventType() == events
                        && model.rowType() == rows)
                .findFirst()
                .map(model -> of((ReadModel<E, R>) model))
                .orElseThrow(() -> new IllegalArgumentException("The app [" + app.name() + "] has no read model ["
                        + readModel + "] of [" + events.getName() + "] with rows of [" + rows.getName() + "]"));
    }

    /** With these events of one aggregate after all before, each a second later than the last. */
    @SafeVarargs
    @SuppressWarnings("varargs") // The array is only read.
    public final ProjectionFixture<E, R> given(String aggregateId, E... further) {
        List<Recorded<E>> all = new ArrayList<>(events);
        for (E event : further) {
            long version = 1
                    + all.stream()
                            .filter(e -> e.aggregateId().equals(aggregateId))
                            .count();
            Instant time = TestMetadata.NOW.plusSeconds(all.size());
            all.add(new Recorded<>(
                    event,
                    event.getClass().getSimpleName(),
                    aggregateId,
                    version,
                    TestMetadata.at(time, aggregateId + "@" + version),
                    0,
                    all.size()));
        }
        return new ProjectionFixture<>(steps, key, List.copyOf(all));
    }

    /** The row with that key; null when there is none. */
    public @Nullable R row(Object rowKey) {
        return rows().get(rowKey);
    }

    /** All rows by their keys, in the order in which they appeared. */
    public Map<Object, R> rows() {
        Map<Object, R> rows = new LinkedHashMap<>();
        for (Recorded<E> event : events) {
            steps.of(event).forEach(step -> apply(event, step, rows));
        }
        return rows;
    }

    private void apply(Recorded<E> event, Step<E, R> step, Map<Object, R> rows) {
        Object rowKey = step.key();
        R before = rows.get(rowKey);
        R after = step.evolution().evolve(before, event);
        assertThat(step.evolution().evolve(before, event))
                .as("The same event on the same row must lead to the same row")
                .isEqualTo(after);
        if (after == null) {
            rows.remove(rowKey);
            return;
        }
        assertThat(keyOf(after)).as("The key in the row %s", after).isEqualTo(rowKey);
        rows.put(rowKey, after);
    }

    private Object keyOf(R row) {
        try {
            return key.getAccessor().invoke(row);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The key [" + key.getName() + "] of " + row + " cannot be read", e);
        }
    }
}
