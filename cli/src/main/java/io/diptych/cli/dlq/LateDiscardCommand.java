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

/** {@code late discard}: leave late events out for good. */
@Command(
        name = "discard",
        description = {
            "Leave a late event, or all that wait, out of the rows for good.",
            "It stays in the list: late list --state discarded."
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n")
final class LateDiscardCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "READ-MODEL", description = "The read model's name.")
    private String readModel = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "NUMBER", description = "Its number, as late list shows it.")
    private @Nullable Long number;

    @Option(names = "--all", description = "All that wait.")
    private boolean all;

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
        if (all == (number != null)) {
            throw new ParameterException(spec.commandLine(), "Give either a NUMBER or --all");
        }
        String what = number == null ? "all late events" : "the late event " + number;
        if (!confirmation.given(spec, "Leave " + what + " of " + readModel + " out for good?")) {
            return ExitCode.OK;
        }
        Answer answer = url.ask(this::discard);
        if (!answer.isSuccess()) {
            return Printing.problem(answer, spec.commandLine());
        }
        spec.commandLine()
                .getOut()
                .println("Discarded " + answer.json().path("discarded").asLong());
        return ExitCode.OK;
    }

    private Answer discard(ApiClient client) throws IOException, InterruptedException {
        byte[] body = Json.mapper().writeValueAsBytes(Map.of("by", by, "reason", reason));
        return number == null
                ? client.settle(Place.LATE, List.of(readModel, "discard"), List.of(new Parameter("all", "true")), body)
                : client.settle(Place.LATE, List.of(readModel, Long.toString(number), "discard"), List.of(), body);
    }
}
