package io.diptych.kafka;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.diptych.message.MessageCodec;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON as Diptych reads and writes it. Strict in what a value may be, tolerant in how a field is spelt: camelCase is
 * written, snake_case is read as well; a number is taken for a text; unknown fields are passed over, so that a newer
 * sender does not break an older reader. A record component that is not {@code @Nullable} is required.
 */
public final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .annotationIntrospector(new RecordIntrospector())
            .changeDefaultPropertyInclusion(inclusion -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();

    private Json() {}

    /** The one mapper; immutable. */
    public static JsonMapper mapper() {
        return MAPPER;
    }

    /** The codec of a family of records: a sealed interface, or a single record. */
    public static <T> MessageCodec<T> codec(Class<T> family) {
        return new JsonCodec<>(MAPPER, family);
    }
}
