package io.diptych.server.internal;

import io.diptych.message.Problem;
import io.diptych.server.internal.Exchange.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a request's query parameters; what cannot be used is refused by name. */
final class QueryParameters {

    private QueryParameters() {}

    /** Those of the request, which may be of these names only. */
    static Map<String, String> only(Exchange exchange, Set<String> known) {
        for (Parameter parameter : exchange.query()) {
            if (!known.contains(parameter.name())) {
                throw Problem.Type.INVALID_QUERY.exception("There is no parameter [" + parameter.name()
                        + "] here, only " + known.stream().sorted().toList());
            }
        }
        return once(exchange.query());
    }

    /** Each by its name, of which there may be one only. */
    static Map<String, String> once(List<Parameter> all) {
        var parameters = new LinkedHashMap<String, String>();
        for (Parameter parameter : all) {
            if (parameters.put(parameter.name(), parameter.value()) != null) {
                throw Problem.Type.INVALID_QUERY.exception(
                        "The parameter [" + parameter.name() + "] is given twice: send it once");
            }
        }
        return parameters;
    }

    /** Whether it is true; false when it is not given. */
    static boolean flag(Map<String, String> parameters, String name) {
        String text = parameters.getOrDefault(name, "false");
        if (!List.of("true", "false").contains(text)) {
            throw Problem.Type.INVALID_QUERY.exception(
                    "The parameter " + name + " is [" + text + "]: it is true or false");
        }
        return text.equals("true");
    }

    /** How many items of a list are asked for. */
    static int limit(@Nullable String text, int byDefault, int most) {
        if (text == null) {
            return byDefault;
        }
        if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > most) {
            throw Problem.Type.INVALID_QUERY.exception(
                    "The limit [" + text + "] must be a whole number from 1 to " + most);
        }
        return Integer.parseInt(text);
    }
}
