package io.diptych.projection.internal;

import io.diptych.message.MessageCodec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Events that are a word each. */
final class TextEvents implements MessageCodec<String> {

    @Override
    public @Nullable String canonicalType(String spelling) {
        return spelling;
    }

    @Override
    public List<String> types() {
        return List.of("Said");
    }

    @Override
    public String typeOf(String message) {
        return "Said";
    }

    @Override
    public String decode(String type, byte[] payload) {
        return new String(payload);
    }

    @Override
    public byte[] encode(String message) {
        return message.getBytes();
    }

    @Override
    public @Nullable String typeIn(byte[] payload) {
        return null;
    }
}
