package io.diptych.chaos.check;

import io.diptych.chaos.check.RunLog.Event;
import io.diptych.kafka.Json;
import io.diptych.message.Recorded;
import io.diptych.projection.Key;
import io.diptych.projection.ReadModel;
import io.diptych.projection.internal.Steps;
import io.diptych.projection.internal.Steps.Step;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;

/** Every row is what the user's own functions make of the log, folded here event by event, and there is no other row. */
final class TablesMatchLog implements Check {

    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    @Override
    public String promise() {
        return "read models equal a fold of the log, row by row";
    }

    @Override
    public List<Violation> judge(Run run) {
        var violations = new ArrayList<Violation>();
        for (ReadModel<?, ?> model : run.app().readModels()) {
            List<Map<String, Object>> table = run.tables().get(model.name());
            if (table == null) {
                violations.add(new Violation("read model [" + model.name() + "] could not be read to its end", null));
            } else {
                compare(model.name(), expected(model, run.log()), byKey(model, table), violations);
            }
        }
        return violations;
    }

    private static void compare(
            String model,
            Map<String, Map<String, Object>> expected,
            Map<String, Map<String, Object>> actual,
            List<Violation> violations) {
        var keys = new TreeSet<>(expected.keySet());
        keys.addAll(actual.keySet());
        for (String key : keys) {
            if (!Objects.equals(expected.get(key), actual.get(key))) {
                violations.add(new Violation(
                        "[" + model + "] has " + actual.get(key) + " where the log gives " + expected.get(key), key));
            }
        }
    }

    private static <E, R> Map<String, Map<String, Object>> expected(ReadModel<E, R> model, RunLog log) {
        Map<Object, @Nullable R> rows = new HashMap<>();
        for (Event event : log.events()) {
            if (event.aggregate().equals(model.aggregate().name())) {
                fold(model, recorded(model, event), rows);
            }
        }
        var written = new HashMap<String, Map<String, Object>>();
        rows.forEach((key, row) -> {
            if (row != null) {
                written.put(key.toString(), written(row));
            }
        });
        return written;
    }

    private static <E, R> void fold(ReadModel<E, R> model, Recorded<E> event, Map<Object, @Nullable R> rows) {
        for (Step<E, R> step : Steps.of(model.projection()).of(event)) {
            rows.put(step.key(), step.evolution().evolve(rows.get(step.key()), event));
        }
    }

    /** The log's events of an aggregate are of its type: they were decoded as such. */
    @SuppressWarnings("unchecked")
    private static <E> Recorded<E> recorded(ReadModel<E, ?> model, Event event) {
        return (Recorded<E>) event.recorded();
    }

    /** As the API writes a row; the database keeps microseconds. */
    private static Map<String, Object> written(Object row) {
        byte[] json = Json.mapper().writeValueAsBytes(row);
        Map<String, Object> fields = new HashMap<>(Json.mapper().readValue(json, OBJECT));
        for (RecordComponent component : row.getClass().getRecordComponents()) {
            if (component.getType() == Instant.class && fields.get(component.getName()) instanceof String text) {
                fields.put(
                        component.getName(),
                        Instant.parse(text).truncatedTo(ChronoUnit.MICROS).toString());
            }
        }
        return fields;
    }

    private static Map<String, Map<String, Object>> byKey(ReadModel<?, ?> model, List<Map<String, Object>> table) {
        String key = Arrays.stream(model.rowType().getRecordComponents())
                .filter(component -> component.isAnnotationPresent(Key.class))
                .map(RecordComponent::getName)
                .findFirst()
                .orElseThrow();
        var rows = new HashMap<String, Map<String, Object>>();
        for (Map<String, Object> row : table) {
            var fields = new HashMap<>(row);
            fields.values().removeIf(Objects::isNull);
            rows.put(Objects.toString(row.get(key)), fields);
        }
        return rows;
    }
}
