package io.diptych.server.internal;

import io.diptych.message.Problem;
import java.nio.charset.StandardCharsets;

/** {@code GET /problems…}: what each problem type means and what to do about it. */
final class ProblemPages {

    private static final String HTML = "text/html; charset=utf-8";

    private ProblemPages() {}

    /** Why a problem comes about, and the way out. */
    record Advice(String cause, String wayOut) {}

    static Advice adviceOn(Problem.Type type) {
        return switch (type) {
            case BAD_REQUEST ->
                new Advice(
                        "The request breaks the rules of HTTP: its first line, a header, its framing or its encoding.",
                        "Send it with an HTTP library, and percent-encode paths and queries.");
            case MALFORMED ->
                new Advice(
                        "The body cannot be parsed as a JSON object.",
                        "The detail names the line and column. In a shell, put the JSON in single quotes.");
            case INVALID_COMMAND ->
                new Advice(
                        "A required field is missing, or a field has a value of another kind than the command declares.",
                        "The detail names the field. GET /api/commands shows each command's schema.");
            case INVALID_EVENT ->
                new Advice(
                        "A dead letter was edited to what cannot be read as an event of its type.",
                        "The detail names the field. Send the whole event as JSON, as the letter shows it.");
            case KEY_MISMATCH ->
                new Advice(
                        "A command came by Kafka with a record key that is not the id in its body.",
                        "Send the id as the key, or no key at all.");
            case INVALID_HEADER ->
                new Advice(
                        "A request header has a value that cannot be used, such as an If-Match that is not \"7\".",
                        "The detail names the header, the value and the form it must have.");
            case INVALID_QUERY ->
                new Advice(
                        "The query names a field or parameter that there is not, an operator that does not fit the field, or a"
                                + " value of the wrong kind.",
                        "The detail names the parameter. GET /api/read-models lists all fields with their operators, GET"
                                + " /api/queries all parameters.");
            case INVALID_TOKEN ->
                new Advice(
                        "The Consistency-Token is not one that Diptych issued, or belongs to another app.",
                        "Send the token of a reply as it is; join several with commas.");
            case CROSS_ORIGIN ->
                new Advice(
                        "A browser says that a page of another web site sent this command.",
                        "Allow that site's origin in the server's settings, or send the command from the site's own server.");
            case UNKNOWN_COMMAND ->
                new Advice(
                        "The app has no command of that type.",
                        "GET /api/commands lists the types; mind the spelling.");
            case UNKNOWN_READ_MODEL ->
                new Advice("The app has no read model of that name.", "GET /api/read-models lists the names.");
            case UNKNOWN_QUERY ->
                new Advice(
                        "The app has no query of its own of that name.",
                        "GET /api/queries lists the names; a read model is at /api/read-models.");
            case UNKNOWN_AGGREGATE ->
                new Advice(
                        "The app has no aggregate of that type.", "GET /api/commands names each command's aggregate.");
            case NOT_WATCHED ->
                new Advice(
                        "The app does not say that this read model keeps its changes, so there is nothing to stream.",
                        "Give it .withChangeLog(ChangeLog.DEFAULT) in the app and deploy that; its rows need not be made"
                                + " anew.");
            case NOT_FOUND ->
                new Advice(
                        "The path leads nowhere, the read model has no row with that key, or the aggregate no such id or"
                                + " version.",
                        "After a command, send its Consistency-Token with the query: then the row is there, or will never be.");
            case METHOD_NOT_ALLOWED ->
                new Advice(
                        "The path exists, but not with that method.",
                        "The header Allow lists the methods that it has.");
            case VERSION_CONFLICT ->
                new Advice(
                        "The aggregate has changed since you read it: its version is not the one in If-Match.",
                        "Read it again, decide again, and send the command with the new version.");
            case GENERATION_CONFLICT ->
                new Advice(
                        "What was asked for would drop the rows that serve, show older ones, or needs a generation that"
                                + " is not there.",
                        "Look at the generations of the read model, then do what the detail says.");
            case TOO_LARGE ->
                new Advice(
                        "The body is larger than a command may be, which is 1 MiB.",
                        "Keep large content elsewhere and send a reference to it.");
            case UNSUPPORTED_MEDIA_TYPE ->
                new Advice("The Content-Type is not JSON in UTF-8.", "Send Content-Type: application/json.");
            case REJECTED ->
                new Advice(
                        "The app's own rules refuse the command in the aggregate's present state. Nothing has changed.",
                        "The member code says which rule. A rejection is not remembered: sending it again asks again.");
            case KEY_REUSED ->
                new Advice(
                        "A different command was sent before with the same Idempotency-Key to the same aggregate.",
                        "Use a new key for each command; repeat a key only to repeat its command unchanged.");
            case HANDLER_FAILED ->
                new Advice(
                        "The app's code threw an exception on this command. The command is in the dead letters.",
                        "The command node's log has the exception. Mend the code and send the command again.");
            case QUERY_FAILED ->
                new Advice(
                        "The SQL of one of the app's own queries fails, gives a null that its record rules out, or gives"
                                + " too many rows.",
                        "The detail says which. Mend the SQL or its records in the app.");
            case INTERNAL ->
                new Advice(
                        "The server failed in a way that it should not.",
                        "Search its log for the errorId of the answer, and report it.");
            case UNAVAILABLE ->
                new Advice(
                        "Kafka, PostgreSQL or a role that is needed cannot be reached.",
                        "Try again after Retry-After seconds with the same Idempotency-Key. GET /health/ready says what is"
                                + " missing and since when.");
            case OVERLOADED ->
                new Advice(
                        "This gateway answers as many commands or questions, or has as many streams open, as it is allowed to.",
                        "Nothing was sent: try again after Retry-After seconds, send fewer at once, add gateways or raise"
                                + " --max-in-flight.");
            case NOT_CAUGHT_UP ->
                new Advice(
                        "The read model has not reached the point of the Consistency-Token, or is older than max-staleness,"
                                + " and was so for all the time allowed.",
                        "Try again, wait longer with Prefer: wait=10, or ask for less. GET /api/projections says how far"
                                + " behind it is.");
        };
    }

    static void list(Exchange exchange) {
        var rows = new StringBuilder();
        for (Problem.Type type : Problem.Type.values()) {
            rows.append("<tr><td><a href=\"")
                    .append(type.uri())
                    .append("\">")
                    .append(type.slug())
                    .append("</a></td><td>");
            rows.append(type.status()).append("</td><td>").append(type.title()).append("</td></tr>\n");
        }
        send(
                exchange,
                "Problems",
                "<p>Every error of this server is a document of type <code>application/problem+json</code> (RFC 9457);"
                        + " its member <code>type</code> is one of these.</p>\n<table>\n<tr><th>Type</th><th>Status</th>"
                        + "<th>Meaning</th></tr>\n" + rows + "</table>");
    }

    static void find(Exchange exchange) {
        String slug = exchange.path("slug");
        for (Problem.Type type : Problem.Type.values()) {
            if (type.slug().equals(slug)) {
                Advice advice = adviceOn(type);
                send(
                        exchange,
                        type.title(),
                        "<p>Status " + type.status() + ", type <code>" + type.uri() + "</code></p>\n<h2>Cause</h2>\n<p>"
                                + escaped(advice.cause()) + "</p>\n<h2>Way out</h2>\n<p>" + escaped(advice.wayOut())
                                + "</p>\n<p><a href=\"/problems\">All problems</a></p>");
                return;
            }
        }
        throw Problem.Type.NOT_FOUND.exception("There is no problem type [" + slug + "]: /problems lists them");
    }

    private static void send(Exchange exchange, String title, String content) {
        String page = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" + title
                + " - Diptych</title>\n<link rel=\"stylesheet\" href=\"/assets/page.css\">\n"
                + "<link rel=\"icon\" href=\"/favicon.svg\">\n</head>\n<body class=\"text\">\n<main>\n<h1>" + title
                + "</h1>\n" + content + "\n</main>\n</body>\n</html>\n";
        exchange.set("Content-Security-Policy", StaticFiles.CONTENT_SECURITY_POLICY);
        exchange.send(200, HTML, page.getBytes(StandardCharsets.UTF_8));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
