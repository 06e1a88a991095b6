package io.diptych.cli.dlq;

import io.diptych.cli.client.Answer;
import io.diptych.cli.client.ApiClient.Place;
import io.diptych.cli.client.Printing;
import io.diptych.cli.client.UrlOption;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dlq edit}: another event in a letter's place. */
@Command(
        name = "edit",
        description = "Put another event in the place of a letter's, to be applied by dlq retry. The original is kept.",
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n")
final class EditCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "READ-MODEL", description = "The read model's name.")
    private String readModel = "";

    @Parameters(index = "1", paramLabel = "LETTER", description = "Its number, as dlq list shows it.")
    private long letter;

    @Parameters(index = "2", paramLabel = "JSON", description = "The whole event; - reads it from standard input.")
    private String json = "";

    @Mixin
    private final UrlOption url = new UrlOption();

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        byte[] event = json.equals("-") ? System.in.readAllBytes() : json.getBytes(StandardCharsets.UTF_8);
        Answer answer = url.ask(client ->
                client.settle(Place.DEAD_LETTERS, List.of(readModel, Long.toString(letter), "edit"), List.of(), event));
        if (!answer.isSuccess()) {
            return Printing.problem(answer, spec.commandLine());
        }
        String key = Table.text(answer.json().path("key"));
        spec.commandLine()
                .getOut()
                .println("Letter " + letter + " is edited. Apply it with: dlq retry " + readModel + " " + key);
        return ExitCode.OK;
    }
}
