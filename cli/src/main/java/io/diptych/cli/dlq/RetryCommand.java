package io.diptych.cli.dlq;

import io.diptych.cli.client.Answer;
import io.diptych.cli.client.ApiClient;
import io.diptych.cli.client.ApiClient.Parameter;
import io.diptych.cli.client.ApiClient.Place;
import io.diptych.cli.client.UrlOption;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
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
import tools.jackson.databind.JsonNode;

/** {@code dlq retry}: apply what waits. */
@Command(
        name = "retry",
        description = {
            "Apply what waits for one key, or for all, in order.",
            "With --all it first tries without changing anything, says what would happen and asks."
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n")
final class RetryCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "READ-MODEL", description = "The read model's name.")
    private String readModel = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "KEY", description = "The key, as dlq list shows it.")
    private @Nullable String key;

    @Option(names = "--all", description = "All keys.")
    private boolean all;

    @Option(names = "--preview", description = "Only say what would happen.")
    private boolean preview;

    @Mixin
    private final Confirmation confirmation = new Confirmation();

    @Mixin
    private final UrlOption url = new UrlOption();

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    private boolean failed;

    @Override
    public Integer call() throws InterruptedException {
        if (all == (key != null)) {
            throw new ParameterException(spec.commandLine(), "Give either a KEY or --all");
        }
        return url.ask(this::retry).isSuccess() && !failed ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private Answer retry(ApiClient client) throws IOException, InterruptedException {
        if (all && !preview) {
            Answer tried = run(client, true);
            if (!tried.isSuccess() || !confirmation.given(spec, "Do it?")) {
                return tried;
            }
        }
        return run(client, preview);
    }

    /** All parts, one after the other, and then the sum. */
    private Answer run(ApiClient client, boolean trying) throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        long[] sums = new long[4];
        var stillParked = new ArrayList<String>();
        String[] names = {"keys", "tried", "applied", "freed"};
        Answer answer = Pages.settle(
                parameters(trying),
                part -> client.settle(Place.DEAD_LETTERS, List.of(readModel, "retry"), part, new byte[0]),
                done -> {
                    for (int i = 0; i < names.length; i++) {
                        sums[i] += done.path(names[i]).asLong();
                    }
                    for (JsonNode one : done.path("failed")) {
                        stillParked.add("  " + Table.text(one.path("key")) + ", letter "
                                + Table.text(one.path("letter")) + ": " + Table.text(one.path("error")));
                    }
                });
        if (!answer.isSuccess()) {
            spec.commandLine().getErr().println(answer.problem());
            return answer;
        }
        stillParked.forEach(out::println);
        failed = !stillParked.isEmpty();
        out.println(
                trying
                        ? "Would apply " + sums[2] + " of " + sums[1] + " events that were tried, and free " + sums[3]
                                + " of " + sums[0] + " keys"
                        : "Applied " + sums[2] + " of " + sums[1] + " events, freed " + sums[3] + " of " + sums[0]
                                + " keys");
        return answer;
    }

    private List<Parameter> parameters(boolean trying) {
        var parameters = new ArrayList<Parameter>();
        parameters.add(key == null ? new Parameter("all", "true") : new Parameter("key", key));
        if (trying) {
            parameters.add(new Parameter("preview", "true"));
        }
        return parameters;
    }
}
