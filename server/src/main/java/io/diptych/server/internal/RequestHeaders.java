package io.diptych.server.internal;

import io.diptych.message.ConsistencyToken;
import io.diptych.message.Problem;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the request headers that Diptych understands. */
final class RequestHeaders {

    /** The longest that a caller can make a request wait. */
    static final Duration MAX_WAIT = Duration.ofSeconds(30);

    private static final Pattern QUOTED = Pattern.compile("\"((?:[^\"\\\\]|\\\\[\"\\\\])*)\"");
    private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7e]{1,255}");
    private static final Pattern ENTITY_TAG = Pattern.compile("\"([0-9]{1,18})\"");

    /** W3C Trace Context, section 3.2: the fields of version 00, and whatever later versions append. */
    private static final Pattern TRACEPARENT =
            Pattern.compile("([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?");

    private RequestHeaders() {}

    /**
     * What a {@code Prefer} header asks for (RFC 7240).
     *
     * @param respondAsync answer as soon as the command is durable
     * @param waitAsked how long the caller wants to wait, not capped; null when it does not say
     */
    record Preferences(boolean respondAsync, @Nullable Duration waitAsked) {

        /** How long to wait. */
        Duration wait(Duration otherwise) {
            if (waitAsked == null) {
                return otherwise;
            }
            return waitAsked.compareTo(MAX_WAIT) > 0 ? MAX_WAIT : waitAsked;
        }
    }

    /** The key as the caller chose it; null when it chose none. */
    static @Nullable String idempotencyKey(@Nullable String header) {
        if (header == null) {
            return null;
        }
        String text = header.strip();
        Matcher quoted = QUOTED.matcher(text);
        String key = quoted.matches() ? quoted.group(1).replaceAll("\\\\(.)", "$1") : text;
        if (!VISIBLE.matcher(key).matches()) {
            throw Problem.Type.INVALID_HEADER.exception("The Idempotency-Key [" + shortened(header)
                    + "] must be 1 to 255 visible ASCII characters: use a UUID, for example");
        }
        return key;
    }

    /** The version that {@code If-Match} demands; null when there is no such header. */
    static @Nullable Long expectedVersion(@Nullable String header) {
        if (header == null) {
            return null;
        }
        Matcher tag = ENTITY_TAG.matcher(header.strip());
        if (!tag.matches()) {
            throw Problem.Type.INVALID_HEADER.exception("The If-Match [" + shortened(header)
                    + "] must be one version in double quotes, such as \"7\": send the ETag of the last reply");
        }
        return Long.valueOf(tag.group(1));
    }

    /** What the caller prefers; whatever is not understood is ignored, as RFC 7240 wants it. */
    static Preferences prefer(@Nullable String header) {
        boolean respondAsync = false;
        Duration wait = null;
        for (String preference : header == null ? new String[0] : header.split(",", -1)) {
            String token = preference.split(";", 2)[0].strip();
            int equals = token.indexOf('=');
            String name = (equals < 0 ? token : token.substring(0, equals)).strip();
            String value = equals < 0
                    ? ""
                    : token.substring(equals + 1).replace("\"", "").strip();
            if (name.equalsIgnoreCase("respond-async")) {
                respondAsync = true;
            } else if (name.equalsIgnoreCase("wait") && wait == null && value.matches("[0-9]{1,9}")) {
                wait = Duration.ofSeconds(Long.parseLong(value));
            }
        }
        return new Preferences(respondAsync, wait);
    }

    /** The trace context if it is valid; null otherwise, which starts a new trace. */
    static @Nullable String traceparent(@Nullable String header) {
        if (header == null) {
            return null;
        }
        Matcher matcher = TRACEPARENT.matcher(header.strip());
        if (!matcher.matches()
                || matcher.group(1).equals("ff")
                || (matcher.group(1).equals("00") && matcher.group(4) != null)
                || matcher.group(2).matches("0+")
                || matcher.group(3).matches("0+")) {
            return null;
        }
        return header.strip();
    }

    /** What a query must have seen; null for no demand. */
    static @Nullable ConsistencyToken token(@Nullable String header) {
        return header == null || header.isBlank() ? null : ConsistencyToken.parse(header.strip());
    }

    private static String shortened(String value) {
        return value.length() <= 80 ? value : value.substring(0, 80) + "...";
    }
}
