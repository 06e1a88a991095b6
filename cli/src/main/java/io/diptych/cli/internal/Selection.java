package io.diptych.cli.internal;

import io.diptych.cli.client.ApiClient.Parameter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Which rows: the one of a key, or those that parameters say. */
record Selection(@Nullable String key, List<Parameter> parameters) {

    /** From arguments that are a key, or any number of {@code name=value}. */
    static Selection of(List<String> arguments, CommandLine line) {
        List<String> keys = arguments.stream().filter(a -> a.indexOf('=') < 0).toList();
        List<Parameter> parameters = arguments.stream()
                .filter(a -> a.indexOf('=') >= 0)
                .map(a -> new Parameter(a.substring(0, a.indexOf('=')), a.substring(a.indexOf('=') + 1)))
                .toList();
        if (keys.size() > 1 || (!keys.isEmpty() && !parameters.isEmpty())) {
            throw new ParameterException(line, "Give one key, or any number of name=value, not " + arguments);
        }
        return new Selection(keys.isEmpty() ? null : keys.getFirst(), parameters);
    }
}
