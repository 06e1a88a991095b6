package io.diptych.cli.internal;

import io.diptych.App;
import io.diptych.command.Aggregate;
import io.diptych.kafka.Json;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A command that an app would take, for examples in help texts: the first one, with the fields it cannot do without.
 *
 * @param id the id of its aggregate, as far as that can be told: the value of its first field
 */
record Sample(String type, String id, String json) {

    static Optional<Sample> of(App app) {
        return app.aggregates().stream().findFirst().map(Aggregate::commandType).flatMap(Sample::first);
    }

    private static Optional<Sample> first(Class<?> type) {
        Class<?>[] permitted = type.getPermittedSubclasses();
        if (permitted != null) {
            return Arrays.stream(permitted).findFirst().flatMap(Sample::first);
        }
        if (!type.isRecord() || type.getRecordComponents().length == 0) {
            return Optional.empty();
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                fields.put(component.getName(), value(component));
            }
        }
        String id = fields.isEmpty() ? "1" : fields.values().iterator().next().toString();
        return Optional.of(new Sample(type.getSimpleName(), id, Json.mapper().writeValueAsString(fields)));
    }

    private static Object value(RecordComponent component) {
        Class<?> type = component.getType();
        if (type == boolean.class || type == Boolean.class) {
            return true;
        }
        return type.isPrimitive() || Number.class.isAssignableFrom(type) ? 1 : component.getName() + "-1";
    }
}
