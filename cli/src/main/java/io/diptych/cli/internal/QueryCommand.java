package io.diptych.cli.internal;

import io.diptych.App;
import io.diptych.cli.client.Answer;
import io.diptych.cli.client.ApiClient.Parameter;
import io.diptych.cli.client.Printing;
import io.diptych.cli.client.UrlOption;
import io.diptych.projection.SqlQuery;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code query}: one of the app's own queries. */
@Command(
        name = "query",
        description = "Ask one of the app's own queries.",
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n")
public final class QueryCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "QUERY", description = "The query's name.")
    private String query = "";

    @Parameters(index = "1..*", paramLabel = "NAME=VALUE", description = "What the query takes.")
    private List<String> arguments = List.of();

    @Mixin
    private final FreshnessOptions freshness = new FreshnessOptions();

    @Mixin
    private final UrlOption url = new UrlOption();

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    /** With an example for each of the app's queries. */
    public static CommandLine line(App app) {
        var line = new CommandLine(new QueryCommand());
        line.getCommandSpec()
                .usageMessage()
                .footer(app.queries().stream().map(QueryCommand::example).toArray(String[]::new));
        return line;
    }

    private static String example(SqlQuery query) {
        String parameters = Arrays.stream(query.parameterType().getRecordComponents())
                .map(component -> " " + component.getName() + "=" + sample(component.getType()))
                .collect(Collectors.joining());
        return "  ${COMMAND-FULL-NAME} " + query.name() + parameters;
    }

    private static String sample(Class<?> type) {
        if (type.isEnum()) {
            return type.getEnumConstants()[0].toString();
        }
        if (type == Instant.class) {
            return "2026-01-31T12:00:00Z";
        }
        if (type == LocalDate.class) {
            return "2026-01-31";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true";
        }
        return type.isPrimitive() || Number.class.isAssignableFrom(type) ? "1" : "a";
    }

    @Override
    public Integer call() throws InterruptedException {
        List<Parameter> parameters = arguments.stream().map(this::parameter).toList();
        Answer answer = url.ask(client -> client.query(freshness.query(query, null, parameters)));
        return Printing.print(answer, spec.commandLine());
    }

    private Parameter parameter(String argument) {
        int equals = argument.indexOf('=');
        if (equals < 0) {
            throw new ParameterException(spec.commandLine(), "Give name=value, not [" + argument + "]");
        }
        return new Parameter(argument.substring(0, equals), argument.substring(equals + 1));
    }
}
