package io.diptych.server.internal;

import io.diptych.command.Aggregate;
import io.diptych.projection.Filter.Operator;
import io.diptych.projection.Indexed;
import io.diptych.projection.Key;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** JSON Schemas (2020-12) of records. Records within records become named schemas, collected here. */
final class JsonSchemas {

    private static final String REFERENCE = "#/components/schemas/";

    private static final Map<Class<?>, Map<String, Object>> SIMPLE = Map.ofEntries(
            Map.entry(String.class, Map.of("type", "string")),
            Map.entry(CharSequence.class, Map.of("type", "string")),
            Map.entry(char.class, Map.of("type", "string", "maxLength", 1)),
            Map.entry(Character.class, Map.of("type", "string", "maxLength", 1)),
            Map.entry(boolean.class, Map.of("type", "boolean")),
            Map.entry(Boolean.class, Map.of("type", "boolean")),
            Map.entry(byte.class, Map.of("type", "integer")),
            Map.entry(Byte.class, Map.of("type", "integer")),
            Map.entry(short.class, Map.of("type", "integer")),
            Map.entry(Short.class, Map.of("type", "integer")),
            Map.entry(int.class, Map.of("type", "integer", "format", "int32")),
            Map.entry(Integer.class, Map.of("type", "integer", "format", "int32")),
            Map.entry(long.class, Map.of("type", "integer", "format", "int64")),
            Map.entry(Long.class, Map.of("type", "integer", "format", "int64")),
            Map.entry(BigInteger.class, Map.of("type", "integer")),
            Map.entry(float.class, Map.of("type", "number", "format", "float")),
            Map.entry(Float.class, Map.of("type", "number", "format", "float")),
            Map.entry(double.class, Map.of("type", "number", "format", "double")),
            Map.entry(Double.class, Map.of("type", "number", "format", "double")),
            Map.entry(BigDecimal.class, Map.of("type", "number")),
            Map.entry(UUID.class, Map.of("type", "string", "format", "uuid")),
            Map.entry(URI.class, Map.of("type", "string", "format", "uri")),
            Map.entry(Instant.class, Map.of("type", "string", "format", "date-time")),
            Map.entry(OffsetDateTime.class, Map.of("type", "string", "format", "date-time")),
            Map.entry(ZonedDateTime.class, Map.of("type", "string", "format", "date-time")),
            Map.entry(LocalDateTime.class, Map.of("type", "string", "examples", List.of("2025-01-31T12:00:00"))),
            Map.entry(LocalDate.class, Map.of("type", "string", "format", "date")),
            Map.entry(LocalTime.class, Map.of("type", "string", "examples", List.of("12:00:00"))),
            Map.entry(Duration.class, Map.of("type", "string", "format", "duration")),
            Map.entry(byte[].class, Map.of("type", "string", "contentEncoding", "base64")));

    private final Map<String, Object> named = new LinkedHashMap<>();
    private final Map<Class<?>, String> names = new LinkedHashMap<>();

    /** The schemas that others refer to, by name. */
    Map<String, Object> named() {
        return named;
    }

    /** A command: what may be null may be left out, and the aggregate's id may be a number. */
    Map<String, Object> command(Aggregate<?, ?, ?> aggregate, Class<?> type) {
        Map<String, Object> schema = record(type, false);
        String id = IdField.of(aggregate, type);
        if (id != null && schema.get("properties") instanceof Map<?, ?> properties) {
            var changed = new LinkedHashMap<String, @Nullable Object>();
            properties.forEach((name, property) -> changed.put(String.valueOf(name), property));
            var idSchema = new LinkedHashMap<String, Object>();
            idSchema.put("type", List.of("string", "integer"));
            idSchema.put("maxLength", io.diptych.message.Limits.MAX_ID_LENGTH);
            idSchema.put("description", "The id of the " + aggregate.name());
            idSchema.put("x-diptych-id", aggregate.name());
            changed.put(id, idSchema);
            schema.put("properties", changed);
        }
        return schema;
    }

    /** A row: every field is there, though it may be null. */
    Map<String, Object> row(Class<?> type) {
        return record(type, true);
    }

    /** The fields of a row, for people. */
    List<Map<String, Object>> fields(Class<?> rowType) {
        var fields = new ArrayList<Map<String, Object>>();
        for (RecordComponent component : rowType.getRecordComponents()) {
            var field = new LinkedHashMap<String, Object>();
            field.put("name", component.getName());
            field.putAll(schema(component.getGenericType()));
            field.put("nullable", isNullable(component));
            field.put(
                    "operators",
                    Operator.fitting(component.getType(), isNullable(component)).stream()
                            .map(Operator::written)
                            .toList());
            field.put(
                    "indexed",
                    component.isAnnotationPresent(Indexed.class) || component.isAnnotationPresent(Key.class));
            fields.add(field);
        }
        return fields;
    }

    /** The name of the row's key; null when the record has none. */
    static @Nullable String keyOf(Class<?> rowType) {
        for (RecordComponent component : rowType.getRecordComponents()) {
            if (component.isAnnotationPresent(Key.class)) {
                return component.getName();
            }
        }
        return null;
    }

    /** The concrete types of a family: the records behind a sealed interface, or the one class. */
    static List<Class<?>> typesOf(Class<?> family) {
        Class<?>[] permitted = family.getPermittedSubclasses();
        if (permitted == null) {
            return List.of(family);
        }
        var types = new LinkedHashSet<Class<?>>();
        for (Class<?> type : permitted) {
            types.addAll(typesOf(type));
        }
        return List.copyOf(types);
    }

    private Map<String, Object> record(Class<?> type, boolean allRequired) {
        var properties = new LinkedHashMap<String, Object>();
        var required = new ArrayList<String>();
        if (type.isRecord()) {
            for (RecordComponent component : type.getRecordComponents()) {
                Map<String, Object> schema = schema(component.getGenericType());
                boolean nullable = isNullable(component);
                properties.put(component.getName(), nullable ? orNull(schema) : schema);
                if (allRequired || !nullable) {
                    required.add(component.getName());
                }
            }
        }
        var schema = new LinkedHashMap<String, Object>();
        schema.put("type", "object");
        schema.put("properties", properties);
        if (!required.isEmpty()) {
            schema.put("required", required);
        }
        return schema;
    }

    /** The schema of a value of that type. */
    Map<String, Object> schema(Type type) {
        if (type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> raw) {
            Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            if (Collection.class.isAssignableFrom(raw)) {
                return Map.of("type", "array", "items", schema(last));
            }
            if (Map.class.isAssignableFrom(raw)) {
                return Map.of("type", "object", "additionalProperties", schema(last));
            }
            return Optional.class.equals(raw) ? orNull(schema(last)) : schema(raw);
        }
        if (type instanceof WildcardType wildcard) {
            return schema(wildcard.getUpperBounds()[0]);
        }
        return type instanceof Class<?> plain ? schemaOf(plain) : Map.of();
    }

    private Map<String, Object> schemaOf(Class<?> type) {
        Map<String, Object> simple = SIMPLE.get(type);
        if (simple != null) {
            return simple;
        }
        if (type.isEnum()) {
            return Map.of(
                    "type",
                    "string",
                    "enum",
                    Arrays.stream(type.getEnumConstants())
                            .map(c -> ((Enum<?>) c).name())
                            .toList());
        }
        if (type.isArray()) {
            return Map.of("type", "array", "items", schema(type.getComponentType()));
        }
        if (type.isRecord()) {
            return Map.of("$ref", REFERENCE + nameOf(type));
        }
        return Map.of();
    }

    private String nameOf(Class<?> type) {
        String known = names.get(type);
        if (known != null) {
            return known;
        }
        String name = "type." + type.getSimpleName();
        String unique = names.containsValue(name) ? "type." + type.getName().replace('$', '.') : name;
        names.put(type, unique);
        named.put(unique, record(type, false));
        return unique;
    }

    private static Map<String, Object> orNull(Map<String, Object> schema) {
        if (schema.get("type") instanceof String type && !schema.containsKey("enum")) {
            var nullable = new LinkedHashMap<>(schema);
            nullable.put("type", List.of(type, "null"));
            return nullable;
        }
        return schema.isEmpty() ? schema : Map.of("anyOf", List.of(schema, Map.of("type", "null")));
    }

    /** As the codec sees it. */
    static boolean isNullable(RecordComponent component) {
        return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }
}
