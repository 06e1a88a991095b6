package io.diptych.projection.internal;

import io.diptych.message.Header;
import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import io.diptych.projection.Window;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An event as far as it belongs to one window, which a header names. */
public record InWindow(LogRecord event, Window window) implements LogRecord {

    /** The event itself when it names its window already, or is of none. */
    static LogRecord of(LogRecord event, Steps.@Nullable Span span) {
        return span == null || event.header(Headers.WINDOW) != null ? event : new InWindow(event, span.window());
    }

    @Override
    public String topic() {
        return event.topic();
    }

    @Override
    public int partition() {
        return event.partition();
    }

    @Override
    public long offset() {
        return event.offset();
    }

    @Override
    public byte @Nullable [] key() {
        return event.key();
    }

    @Override
    public byte @Nullable [] value() {
        return event.value();
    }

    @Override
    public byte @Nullable [] header(String name) {
        return name.equals(Headers.WINDOW)
                ? window.start().toString().getBytes(StandardCharsets.UTF_8)
                : event.header(name);
    }

    @Override
    public List<Header> headers() {
        var headers = new ArrayList<>(event.headers());
        headers.add(Header.text(Headers.WINDOW, window.start().toString()));
        return headers;
    }
}
