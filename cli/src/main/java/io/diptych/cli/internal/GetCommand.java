package io.diptych.cli.internal;

import io.diptych.App;
import io.diptych.cli.client.Answer;
import io.diptych.cli.client.Printing;
import io.diptych.cli.client.UrlOption;
import io.diptych.projection.Filter.Operator;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code get}: one row, or a list of them. */
@Command(
        name = "get",
        description = "Query a read model.",
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n")
public final class GetCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "READ-MODEL", description = "The read model's name.")
    private String readModel = "";

    @Parameters(
            index = "1..*",
            paramLabel = "KEY | NAME=VALUE",
            description = {
                "The key of one row; or, for a list, conditions on fields, all of which a row must match:"
                        + " field=value, or field[operator]=value with eq, in, gt, gte, lt, lte, prefix or null,"
                        + " as far as they fit the field, in quotes for the shell; the values of in are separated by"
                        + " commas, with \\, for a comma in one;"
                        + " and the options sort, limit, cursor and count."
            })
    private List<String> arguments = List.of();

    @Mixin
    private final FreshnessOptions freshness = new FreshnessOptions();

    @Mixin
    private final UrlOption url = new UrlOption();

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    /** With examples that fit the app. */
    public static CommandLine line(App app) {
        var line = new CommandLine(new GetCommand());
        app.readModels().stream()
                .findFirst()
                .ifPresent(model -> line.getCommandSpec()
                        .usageMessage()
                        .footer(
                                "  ${COMMAND-FULL-NAME} " + model.name() + " "
                                        + Sample.of(app).map(Sample::id).orElse("1"),
                                "  ${COMMAND-FULL-NAME} " + model.name() + " limit=5 count=true",
                                "  ${COMMAND-FULL-NAME} " + model.name() + " '" + condition(model.rowType()) + "'",
                                "  ${COMMAND-FULL-NAME} " + model.name() + " limit=5 --max-staleness 0.5"));
        return line;
    }

    /** One that fits the last field that has an order: an earlier one is likely the key. */
    static String condition(Class<?> rowType) {
        String condition = "";
        for (RecordComponent component : rowType.getRecordComponents()) {
            boolean text = component.getType() == String.class;
            if (text || component.getType().isPrimitive() && Operator.GTE.fits(component.getType(), false)) {
                condition = component.getName() + (text ? "[prefix]=a" : "[gte]=1");
            }
        }
        return condition;
    }

    @Override
    public Integer call() throws InterruptedException {
        Selection rows = Selection.of(arguments, spec.commandLine());
        Answer answer = url.ask(client -> client.get(freshness.query(readModel, rows.key(), rows.parameters())));
        return Printing.print(answer, spec.commandLine());
    }
}
