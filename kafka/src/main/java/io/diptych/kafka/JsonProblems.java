package io.diptych.kafka;

import io.diptych.message.Problem;
import io.diptych.message.ProblemException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.InvalidNullException;
import tools.jackson.databind.exc.MismatchedInputException;

/** Says in a sender's words what Jackson found wrong. */
final class JsonProblems {

    private static final Pattern MISSING =
            Pattern.compile("(?:Missing required creator property|property) ['\"](\\w+)['\"]");
    private static final int SHOWN = 100;

    private JsonProblems() {}

    static ProblemException of(String type, JacksonException e) {
        if (e instanceof StreamReadException && !(e instanceof InputCoercionException)) {
            var at = e.getLocation();
            String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
            return Problem.Type.MALFORMED.exception("The body is not valid JSON" + where + ": " + firstLine(e));
        }
        String field = e.getPath().stream()
                .map(step -> step.getPropertyName() == null ? "[" + step.getIndex() + "]" : step.getPropertyName())
                .collect(Collectors.joining("."));
        if (e instanceof InvalidFormatException format) {
            return Problem.Type.INVALID_COMMAND.exception("The field [" + field + "] of [" + type + "] is ["
                    + shown(String.valueOf(format.getValue())) + "]: it must be "
                    + kind(format.getTargetType()));
        }
        if (e instanceof MismatchedInputException mismatch) {
            Matcher missing = MISSING.matcher(firstLine(e));
            if (missing.find()) {
                return Problem.Type.INVALID_COMMAND.exception(
                        "The field [" + missing.group(1) + "] of [" + type + "] is missing: it is required");
            }
            if (!field.isEmpty()) {
                boolean isNull =
                        mismatch instanceof InvalidNullException || firstLine(e).contains("`null`");
                return Problem.Type.INVALID_COMMAND.exception("The field [" + field + "] of [" + type + "] "
                        + (isNull ? "is null: it must be " : "must be ") + kind(mismatch.getTargetType()));
            }
            return Problem.Type.INVALID_COMMAND.exception(
                    "The body of [" + type + "] is not a JSON object: send one such as {\"field\": \"value\"}");
        }
        String which = field.isEmpty() ? "The body" : "The field [" + field + "]";
        return Problem.Type.INVALID_COMMAND.exception(which + " of [" + type + "] cannot be used: " + firstLine(e));
    }

    private static String kind(Class<?> javaType) {
        return switch (javaType == null ? "" : javaType.getSimpleName()) {
            case "int", "Integer", "long", "Long", "short", "Short" -> "a whole number";
            case "BigDecimal", "double", "Double", "float", "Float" -> "a number";
            case "boolean", "Boolean" -> "true or false";
            case "Instant" -> "a time such as 2011-10-06T16:20:00Z";
            case "LocalDate" -> "a date such as 2011-10-06";
            case "String" -> "a text";
            default -> "a " + (javaType == null ? "valid value" : javaType.getSimpleName());
        };
    }

    private static String firstLine(JacksonException e) {
        String message = String.valueOf(e.getOriginalMessage());
        int end = message.indexOf('\n');
        return shown(end < 0 ? message : message.substring(0, end));
    }

    private static String shown(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
    }
}
