package io.diptych.message;

import java.util.Map;

/**
 * Why something was refused, in the terms of RFC 9457.
 *
 * @param type the cause; stable
 * @param detail for people: names the value and the way out
 * @param extensions further members, such as {@code code} or {@code currentVersion}; JSON-compatible values
 */
public record Problem(Type type, String detail, Map<String, Object> extensions) {

    /** Copies the extensions. */
    public Problem {
        extensions = Map.copyOf(extensions);
    }

    /** The causes. Each has a stable name, an HTTP status and a title; {@code docs/http-api.md} explains them. */
    public enum Type {
        BAD_REQUEST("bad-request", 400, "The request is not valid HTTP"),
        MALFORMED("malformed", 400, "The body is not valid JSON"),
        INVALID_COMMAND("invalid-command", 400, "The command lacks a field or has one of the wrong kind"),
        INVALID_EVENT("invalid-event", 400, "The event lacks a field or has one of the wrong kind"),
        KEY_MISMATCH("key-mismatch", 400, "The record's key is not the aggregate's id"),
        INVALID_HEADER("invalid-header", 400, "A header has a value that cannot be used"),
        INVALID_QUERY("invalid-query", 400, "The query has a parameter that cannot be used"),
        INVALID_TOKEN("invalid-token", 400, "The consistency token is not valid"),
        CROSS_ORIGIN("cross-origin", 403, "A page of another origin may not send commands"),
        UNKNOWN_COMMAND("unknown-command", 404, "There is no such command"),
        UNKNOWN_READ_MODEL("unknown-read-model", 404, "There is no such read model"),
        UNKNOWN_QUERY("unknown-query", 404, "There is no such query"),
        UNKNOWN_AGGREGATE("unknown-aggregate", 404, "There is no such aggregate"),
        NOT_WATCHED("not-watched", 404, "The read model does not keep its changes"),
        NOT_FOUND("not-found", 404, "There is nothing here"),
        METHOD_NOT_ALLOWED("method-not-allowed", 405, "The resource does not have this method"),
        VERSION_CONFLICT("version-conflict", 409, "The aggregate has another version"),
        GENERATION_CONFLICT("generation-conflict", 409, "The generations of the read model do not allow that"),
        TOO_LARGE("too-large", 413, "The message is too large"),
        UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", 415, "The body must be JSON"),
        REJECTED("rejected", 422, "The domain refuses the command"),
        KEY_REUSED("idempotency-key-reused", 422, "The idempotency key belongs to another command"),
        HANDLER_FAILED("handler-failed", 500, "The application's own code failed on this message"),
        QUERY_FAILED("query-failed", 500, "The application's own query failed"),
        INTERNAL("internal", 500, "Something failed that should not"),
        UNAVAILABLE("unavailable", 503, "A part that is needed cannot be reached"),
        OVERLOADED("overloaded", 503, "There is too much in flight"),
        NOT_CAUGHT_UP("not-caught-up", 503, "The read model has not reached the point asked for");

        private final String slug;
        private final int status;
        private final String title;

        Type(String slug, int status, String title) {
            this.slug = slug;
            this.status = status;
            this.title = title;
        }

        /** The stable name, in kebab case. */
        public String slug() {
            return slug;
        }

        /** The URI reference of RFC 9457's {@code type}: a page that explains the cause. */
        public String uri() {
            return "/problems/" + slug;
        }

        /** The HTTP status. */
        public int status() {
            return status;
        }

        /** A short summary, the same for every occurrence. */
        public String title() {
            return title;
        }

        /** A problem of this type. */
        public Problem with(String detail) {
            return new Problem(this, detail, Map.of());
        }

        /** A problem of this type with further members. */
        public Problem with(String detail, Map<String, Object> extensions) {
            return new Problem(this, detail, extensions);
        }

        /** A problem of this type, to be thrown. */
        public ProblemException exception(String detail) {
            return new ProblemException(with(detail));
        }
    }
}
