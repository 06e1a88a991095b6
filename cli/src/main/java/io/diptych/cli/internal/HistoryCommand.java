package io.diptych.cli.internal;

import io.diptych.App;
import io.diptych.cli.client.Answer;
import io.diptych.cli.client.ApiClient;
import io.diptych.cli.client.Printing;
import io.diptych.cli.client.UrlOption;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
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
import tools.jackson.databind.JsonNode;

/** {@code history}: how an aggregate stands and what happened to it. */
@Command(
        name = "history",
        description = "Show an aggregate's state and its events.",
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n")
public final class HistoryCommand implements Callable<Integer> {

    private static final int PAGE = 500;

    @Parameters(index = "0", paramLabel = "AGGREGATE", description = "The aggregate's name.")
    private String type = "";

    @Parameters(index = "1", paramLabel = "ID", description = "Its id.")
    private String id = "";

    @Option(names = "--version", paramLabel = "N", description = "As it was after its first N events. Default: now")
    private @Nullable Long version;

    @Option(names = "--events", description = "Only the events.")
    private boolean eventsOnly;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many events; 0 for none. Default: all")
    private long limit = Long.MAX_VALUE;

    @Option(names = "--json", description = "As JSON: one line for the state, then one for each event.")
    private boolean json;

    @Mixin
    private final UrlOption url = new UrlOption();

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    /** With examples that fit the app. */
    public static CommandLine line(App app) {
        var line = new CommandLine(new HistoryCommand());
        app.aggregates().stream().findFirst().ifPresent(aggregate -> {
            String example = "  ${COMMAND-FULL-NAME} " + aggregate.name() + " "
                    + Sample.of(app).map(Sample::id).orElse("1");
            line.getCommandSpec()
                    .usageMessage()
                    .footer(example, example + " --version 1", example + " --events --json");
        });
        return line;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (limit < 0 || (version != null && version < 1)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "A version is at least 1 and a limit at least 0, not " + version + " and " + limit);
        }
        Answer last = url.ask(this::show);
        if (last.isSuccess()) {
            return ExitCode.OK;
        }
        return Printing.problem(last, spec.commandLine());
    }

    /** Prints as the answers come; returns the last of them, which may be a failure. */
    private Answer show(ApiClient client) throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Answer state = client.state(type, id, version);
        if (!state.isSuccess()) {
            return state;
        }
        long last = state.json().path("version").asLong();
        if (!eventsOnly && json) {
            out.println(state.json());
        } else if (!eventsOnly) {
            out.println(type + " " + id + ", version " + last);
            out.println(Printing.pretty(state.json().path("state")));
        }
        return showEvents(client, out, Math.min(last, limit), state);
    }

    private Answer showEvents(ApiClient client, PrintWriter out, long to, Answer before)
            throws IOException, InterruptedException {
        Answer answer = before;
        long next = 1;
        while (next <= to) {
            answer = client.events(type, id, next, Math.min(PAGE, to - next + 1));
            if (!answer.isSuccess()) {
                return answer;
            }
            JsonNode events = answer.json().path("events");
            if (events.isEmpty()) {
                return answer;
            }
            print(events, out, next == 1);
            next += events.size();
        }
        return answer;
    }

    private void print(JsonNode events, PrintWriter out, boolean first) {
        if (json) {
            events.forEach(out::println);
            return;
        }
        int width = Math.max(
                4,
                events.valueStream()
                        .mapToInt(e -> text(e, "type").length())
                        .max()
                        .orElse(0));
        if (first) {
            out.println((eventsOnly ? "" : System.lineSeparator()) + row("VERSION", "TIME", "TYPE", width, "DATA"));
        }
        for (JsonNode event : events) {
            String data = event.path("data").toString();
            out.println(row(text(event, "version"), time(event), text(event, "type"), width, data));
        }
    }

    private static String row(String version, String time, String type, int typeWidth, String data) {
        return String.format(Locale.ROOT, "%7s  %-24s  %-" + typeWidth + "s  %s", version, time, type, data);
    }

    /** To the millisecond, so that the columns are even. */
    private static String time(JsonNode event) {
        return text(event, "time").replaceFirst("(\\.\\d{3})\\d*Z$", "$1Z");
    }

    private static String text(JsonNode event, String member) {
        return event.path(member).asString("");
    }
}
