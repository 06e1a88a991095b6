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

/** {@code dlq show}: one letter. */
@Command(
        name = "show",
        description = "Show a letter: its event, its error and stack, and how many wait behind it.",
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n")
final class ShowCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "READ-MODEL", description = "The read model's name.")
    private String readModel = "";

    @Parameters(index = "1", paramLabel = "LETTER", description = "Its number, as dlq list shows it.")
    private long letter;

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Mixin
    private final UrlOption url = new UrlOption();

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Answer answer = url.ask(
                client -> client.waiting(Place.DEAD_LETTERS, List.of(readModel, Long.toString(letter)), List.of()));
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
        out.println("Letter " + letter + " of key " + Table.text(shown, "key") + ": " + Table.text(shown, "type")
                + " at partition " + Table.text(shown, "partition") + ", offset " + Table.text(shown, "offset"));
        out.println("Waits since " + Table.text(shown, "since") + " (" + Table.text(shown, "cause") + ", tried "
                + Table.text(shown, "attempts") + " times), " + Table.text(shown, "behind") + " behind it");
        out.println("Event:  " + Printing.pretty(shown.path("event")));
        if (shown.path("edited").asBoolean()) {
            out.println("Edited: " + Printing.pretty(shown.path("editedEvent")));
        }
        if (shown.has("discarded")) {
            JsonNode discarded = shown.path("discarded");
            out.println("Discarded at " + Table.text(discarded, "at") + " by " + Table.text(discarded, "by") + ": "
                    + Table.text(discarded, "reason"));
        }
        if (!shown.path("stack").isNull()) {
            out.println(Table.text(shown, "stack").stripTrailing());
        }
    }
}
