package io.diptych.projection.internal;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes a row as the API shows it. */
public interface RowJson {

    /** The fields' names, as the row record spells them, and their values as a JSON object. */
    String write(Map<String, ? extends @Nullable Object> fields);
}
