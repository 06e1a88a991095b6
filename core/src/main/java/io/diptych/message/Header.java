package io.diptych.message;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A record header. The array is not copied and not to be written to. */
public record Header(String name, byte @Nullable [] value) {

    /** A header with a text, as UTF-8. */
    public static Header text(String name, String value) {
        return new Header(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
