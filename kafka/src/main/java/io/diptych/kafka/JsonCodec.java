package io.diptych.kafka;

import io.diptych.ConfigurationException;
import io.diptych.message.MessageCodec;
import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/** JSON for one family of records; readers and writers are made once per type. */
final class JsonCodec<T> implements MessageCodec<T> {

    private record Type(String name, Class<?> javaType, ObjectReader reader, ObjectWriter writer) {}

    private final JsonMapper mapper;
    private final Map<String, Type> byName = new LinkedHashMap<>();
    private final Map<String, Type> bySpelling = new HashMap<>();
    private final Map<Class<?>, Type> byClass = new HashMap<>();

    JsonCodec(JsonMapper mapper, Class<T> family) {
        this.mapper = mapper;
        add(family);
    }

    private void add(Class<?> javaType) {
        Class<?>[] permitted = javaType.getPermittedSubclasses();
        if (permitted != null) {
            for (Class<?> subclass : permitted) {
                add(subclass);
            }
            return;
        }
        if (javaType.isInterface()) {
            throw new ConfigurationException("The type [" + javaType.getName()
                    + "] must be a sealed interface or a record, so that all messages are known");
        }
        String name = javaType.getSimpleName();
        var type = new Type(name, javaType, mapper.readerFor(javaType), mapper.writerFor(javaType));
        Type twin = bySpelling.put(spelling(name), type);
        if (twin != null) {
            throw new ConfigurationException("The types [" + twin.javaType().getName() + "] and [" + javaType.getName()
                    + "] have one name on the log: rename one");
        }
        byName.put(name, type);
        byClass.put(javaType, type);
    }

    @Override
    public @Nullable String canonicalType(String spelled) {
        if (byName.containsKey(spelled)) {
            return spelled;
        }
        Type type = bySpelling.get(spelling(spelled));
        return type == null ? null : type.name();
    }

    private static String spelling(String name) {
        return name.replace("_", "").replace("-", "").toLowerCase(Locale.ROOT);
    }

    @Override
    public List<String> types() {
        return List.copyOf(byName.keySet());
    }

    @Override
    public String typeOf(T message) {
        Type type = byClass.get(message.getClass());
        if (type == null) {
            throw new IllegalArgumentException("[" + message.getClass().getName() + "] is not one of " + types());
        }
        return type.name();
    }

    @Override
    public T decode(String typeName, byte[] payload) {
        Type type = byName.get(typeName);
        if (type == null) {
            throw Problem.Type.UNKNOWN_COMMAND.exception(
                    "The type [" + typeName + "] is not known: there are " + types());
        }
        @Nullable T message;
        try {
            message = type.reader().readValue(payload);
        } catch (JacksonException e) {
            throw JsonProblems.of(typeName, e);
        }
        if (message == null) {
            throw Problem.Type.INVALID_COMMAND.exception("The body of [" + typeName + "] is null: send a JSON object");
        }
        return message;
    }

    @Override
    public byte[] encode(T message) {
        Type type = byClass.get(message.getClass());
        if (type == null) {
            throw new IllegalArgumentException("[" + message.getClass().getName() + "] is not one of " + types());
        }
        return type.writer().writeValueAsBytes(message);
    }

    @Override
    public @Nullable String typeIn(byte[] payload) {
        try (JsonParser parser = mapper.createParser(payload)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new ProblemException(Problem.Type.INVALID_COMMAND.with("The body is not a JSON object"));
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                if (value == JsonToken.VALUE_STRING && (field.equals("type") || field.equals("command"))) {
                    return parser.getString();
                }
                parser.skipChildren();
            }
            return null;
        } catch (JacksonException e) {
            throw JsonProblems.of("command", e);
        }
    }
}
