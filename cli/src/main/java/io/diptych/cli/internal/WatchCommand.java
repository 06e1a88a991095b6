package io.diptych.cli.internal;

import io.diptych.App;
import io.diptych.cli.client.Answer;
import io.diptych.cli.client.ApiClient;
import io.diptych.cli.client.Printing;
import io.diptych.cli.client.UrlOption;
import io.diptych.cli.terminal.CliException;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code watch}: rows, and then every change of them, until it is ended. */
@Command(
        name = "watch",
        description = {
            "Watch the rows of a read model: shows them, and then every change.",
            "",
            "A line for each event: row, complete when all have been shown, changed, removed, or reset when rows come"
                    + " anew; then the row as JSON. A stream that is cut is taken up where it ended."
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n")
public final class WatchCommand implements Callable<Integer> {

    private static final Duration BEFORE_AGAIN = Duration.ofSeconds(1);

    @Parameters(index = "0", paramLabel = "READ-MODEL", description = "The read model's name.")
    private String readModel = "";

    @Parameters(
            index = "1..*",
            paramLabel = "KEY | NAME=VALUE",
            description = "The key of one row; or conditions on fields, as get has them. Default: all rows.")
    private List<String> arguments = List.of();

    @Option(names = "--from", paramLabel = "ID", description = "Go on after the event with this id.")
    private @Nullable String lastId;

    @Option(names = "--ids", description = "Show the id of each event that has one, before it.")
    private boolean ids;

    @Option(names = "--limit", paramLabel = "N", description = "End after so many events. Default: never")
    private long limit = Long.MAX_VALUE;

    @Mixin
    private final UrlOption url = new UrlOption();

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    private String event = "";
    private long shown;

    /** With examples that fit the app. */
    public static CommandLine line(App app) {
        var line = new CommandLine(new WatchCommand());
        app.readModels().stream()
                .filter(model -> model.changeLog() != null)
                .findFirst()
                .or(() -> app.readModels().stream().findFirst())
                .ifPresent(model -> {
                    String example = "  ${COMMAND-FULL-NAME} " + model.name();
                    String id = Sample.of(app).map(Sample::id).orElse("1");
                    line.getCommandSpec()
                            .usageMessage()
                            .footer(
                                    example,
                                    example + " " + id,
                                    example + " '" + GetCommand.condition(model.rowType()) + "'");
                });
        return line;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (limit < 1) {
            throw new ParameterException(spec.commandLine(), "A limit is at least 1, not " + limit);
        }
        Selection rows = Selection.of(arguments, spec.commandLine());
        boolean begun = false;
        try (var client = new ApiClient(url.url())) {
            while (true) {
                try {
                    Answer refused = client.watch(readModel, rows.key(), rows.parameters(), lastId, this::show);
                    if (refused != null && !(begun && refused.isWorthRetrying())) {
                        return Printing.problem(refused, spec.commandLine());
                    }
                    begun = true;
                } catch (IOException e) {
                    if (!begun && shown == 0) {
                        throw new CliException(UrlOption.unreachable(url.url(), e), e);
                    }
                    begun = true;
                }
                if (isOver()) {
                    return ExitCode.OK;
                }
                Thread.sleep(BEFORE_AGAIN);
            }
        }
    }

    /** Takes a line of the stream; whether more are wanted. */
    private boolean show(String line) {
        int colon = line.indexOf(':');
        String field = colon < 0 ? line : line.substring(0, colon);
        String value = colon < 0 ? "" : line.substring(colon + 1).strip();
        PrintWriter out = spec.commandLine().getOut();
        switch (field) {
            case "event" -> event = value;
            case "id" -> lastId = value.isEmpty() ? null : value;
            case "data" -> {
                out.println((ids && lastId != null ? lastId + " " : "") + event + " " + value);
                shown++;
            }
            default -> {}
        }
        return !isOver();
    }

    /** All that was asked for has been shown, or nobody reads it any more. */
    private boolean isOver() {
        return shown >= limit || spec.commandLine().getOut().checkError();
    }
}
