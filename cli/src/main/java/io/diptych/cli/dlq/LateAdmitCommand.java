package io.diptych.cli.dlq;

import io.diptych.cli.client.Answer;
import io.diptych.cli.client.ApiClient;
import io.diptych.cli.client.ApiClient.Parameter;
import io.diptych.cli.client.ApiClient.Place;
import io.diptych.cli.client.UrlOption;
import io.diptych.kafka.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
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

/** {@code late admit}: fold late events into their rows after all. */
@Command(
        name = "admit",
        description = {
            "Fold a late event, or all that wait, into their rows after all.",
            "With --all it first tries without changing anything, says what would happen and asks."
        },
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n")
final class LateAdmitCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "READ-MODEL", description = "The read model's name.")
    private String readModel = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "NUMBER", description = "Its number, as late list shows it.")
    private @Nullable Long number;

    @Option(names = "--all", description = "All that wait.")
    private boolean all;

    @Option(names = "--preview", description = "Only say what would happen.")
    private boolean preview;

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
        return url.ask(this::admit).isSuccess() ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private Answer admit(ApiClient client) throws IOException, InterruptedException {
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
        byte[] body = trying ? new byte[0] : Json.mapper().writeValueAsBytes(Map.of("by", by));
        List<String> path =
                number == null ? List.of(readModel, "admit") : List.of(readModel, Long.toString(number), "admit");
        String[] names = {"events", "rows", "parked"};
        long[] sums = new long[names.length];
        Answer answer = Pages.settle(parameters(trying), part -> client.settle(Place.LATE, path, part, body), done -> {
            for (int i = 0; i < names.length; i++) {
                sums[i] += done.path(names[i]).asLong();
            }
        });
        if (!answer.isSuccess()) {
            spec.commandLine().getErr().println(answer.problem());
            return answer;
        }
        long events = sums[0];
        long rows = sums[1];
        long parked = sums[2];
        out.println((trying ? "Would admit " : "Admitted ") + events + " events into " + rows + " rows"
                + (parked == 0
                        ? ""
                        : "; " + parked + (trying ? " would be" : " are") + " dead letters: see dlq list "
                                + readModel));
        return answer;
    }

    private List<Parameter> parameters(boolean trying) {
        var parameters = new ArrayList<Parameter>();
        if (number == null) {
            parameters.add(new Parameter("all", "true"));
        }
        if (trying) {
            parameters.add(new Parameter("preview", "true"));
        }
        return parameters;
    }
}
