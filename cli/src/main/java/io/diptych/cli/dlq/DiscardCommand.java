package io.diptych.cli.dlq;

import io.diptych.cli.client.Answer;
import io.diptych.cli.client.ApiClient;
import io.diptych.cli.client.ApiClient.Parameter;
import io.diptych.cli.client.ApiClient.Place;
import io.diptych.cli.client.Printing;
import io.diptych.cli.client.UrlOption;
import io.diptych.kafka.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dlq discard}: give letters up. */
@Command(
        name = "discard",
        description = {
            "Give a letter up, or all letters of a key: they will never be applied.",
            "Those behind a discarded letter are tried at once. What was discarded is kept for 90 days."
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n")
final class DiscardCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "READ-MODEL", description = "The read model's name.")
    private String readModel = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "LETTER",
            description = "Its number, as dlq list --key shows it.")
    private @Nullable Long letter;

    @Option(names = "--key", paramLabel = "KEY", description = "All letters of this key.")
    private @Nullable String key;

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why, for the record.")
    private String reason = "";

    @Option(names = "--by", paramLabel = "NAME", description = "Who. Default: the name of your account here")
    private String by = System.getProperty("user.name", "unknown");

    @Mixin
    private final Confirmation confirmation = new Confirmation();

    @Mixin
    private final UrlOption url = new UrlOption();

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if ((letter == null) == (key == null)) {
            throw new ParameterException(spec.commandLine(), "Give either a LETTER or --key");
        }
        String what = letter == null ? "all letters of the key " + key : "the letter " + letter;
        if (!confirmation.given(spec, "Discard " + what + " of " + readModel + " for good?")) {
            return ExitCode.OK;
        }
        Answer answer = url.ask(this::discard);
        if (!answer.isSuccess()) {
            return Printing.problem(answer, spec.commandLine());
        }
        long discarded = answer.json().path("discarded").asLong();
        long applied = answer.json().path("rest").path("applied").asLong();
        spec.commandLine().getOut().println("Discarded " + discarded + "; applied " + applied + " that waited behind");
        return ExitCode.OK;
    }

    private Answer discard(ApiClient client) throws IOException, InterruptedException {
        byte[] body = Json.mapper().writeValueAsBytes(Map.of("by", by, "reason", reason));
        return letter == null
                ? client.settle(
                        Place.DEAD_LETTERS,
                        List.of(readModel, "discard"),
                        List.of(new Parameter("key", String.valueOf(key))),
                        body)
                : client.settle(
                        Place.DEAD_LETTERS, List.of(readModel, Long.toString(letter), "discard"), List.of(), body);
    }
}
