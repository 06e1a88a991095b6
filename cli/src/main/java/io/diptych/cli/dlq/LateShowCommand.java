package io.diptych.cli.dlq;

import io.diptych.cli.client.Answer;
import io.diptych.cli.client.ApiClient.Place;
import io.diptych.cli.client.Printing;
import io.diptych.cli.client.UrlOption;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code late show}: one late event. */
@Command(
        name = "show",
        description = "Show a late event: its time, how far the watermark was, the rows it belongs to, and the event.",
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n")
final class LateShowCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "READ-MODEL", description = "The read model's name.")
    private String readModel = "";

    @Parameters(index = "1", paramLabel = "NUMBER", description = "Its number, as late list shows it.")
    private long number;

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Mixin
    private final UrlOption url = new UrlOption();

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Answer answer =
                url.ask(client -> client.waiting(Place.LATE, List.of(readModel, Long.toString(number)), List.of()));
        if (!answer.isSuccess()) {
            return Printing.problem(answer, spec.commandLine());
        }
        print(answer.json(), spec.commandLine().getOut());
        return ExitCode.OK;
    }

    private void print(JsonNode shown, PrintWriter out) {
        if (json) {
            out.println(Printing.pretty(shown));
            return;
        }
        out.println("Late event " + number + ": " + Table.text(shown, "type") + " at partition "
                + Table.text(shown, "partition") + ", offset " + Table.text(shown, "offset"));
        out.println("Happened at " + Table.text(shown, "time") + "; when it came, at " + Table.text(shown, "since")
                + ", the watermark was " + Table.text(shown, "watermark"));
        out.println("Rows:   " + Table.text(Table.list(shown.path("keys"))));
        out.println("Event:  " + Printing.pretty(shown.path("event")));
        if (shown.has("settled")) {
            JsonNode settled = shown.path("settled");
            String reason = settled.path("reason").asString("");
            out.println((Table.text(shown, "state").equals("admitted") ? "Admitted" : "Discarded") + " at "
                    + Table.text(settled, "at") + " by " + Table.text(settled, "by")
                    + (reason.isEmpty() ? "" : ": " + reason));
        }
    }
}
