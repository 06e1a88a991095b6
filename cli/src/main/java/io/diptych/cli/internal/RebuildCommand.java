package io.diptych.cli.internal;

import io.diptych.cli.client.Answer;
import io.diptych.cli.client.ApiClient;
import io.diptych.cli.client.Printing;
import io.diptych.cli.client.UrlOption;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code projections rebuild}: makes the rows of a read model anew and shows how far that is. */
@Command(
        name = "rebuild",
        description = {
            "Make the rows of a read model anew, from the first event.",
            "The rows that serve now go on serving, and stay current, until the new ones have caught up."
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExample:%n",
        footer = "  ${COMMAND-FULL-NAME} order_summary --keep")
final class RebuildCommand implements Callable<Integer> {

    private static final Duration EVERY = Duration.ofSeconds(1);

    @Parameters(paramLabel = "READ-MODEL", description = "Such as order_summary.")
    private String readModel = "";

    @Option(names = "--keep", description = "Keep the rows that serve now, current, so that a rollback is possible.")
    private boolean keep;

    @Option(names = "--no-wait", description = "Do not wait until the new rows serve.")
    private boolean noWait;

    @Mixin
    private final UrlOption url = new UrlOption();

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Answer begun = url.ask(client -> client.rebuild(readModel, keep));
        if (!begun.isSuccess()) {
            return Printing.problem(begun, spec.commandLine());
        }
        int generation = begun.json().path("generation").asInt();
        out.printf(Locale.ROOT, "Generation %d of %s is being filled%n", generation, readModel);
        return noWait ? ExitCode.OK : follow(generation, out);
    }

    private int follow(int generation, PrintWriter out) throws InterruptedException {
        boolean seen = false;
        while (true) {
            Answer answer = url.ask(ApiClient::projections);
            if (!answer.isSuccess()) {
                return Printing.problem(answer, spec.commandLine());
            }
            JsonNode status = find(answer.json().path("projections"), generation);
            if (status != null && status.path("role").asString("").equals("SERVING")) {
                out.printf(Locale.ROOT, "Generation %d of %s serves%n", generation, readModel);
                return ExitCode.OK;
            }
            if (status == null && seen) {
                spec.commandLine().getErr().printf("Generation %d of %s was dropped%n", generation, readModel);
                return ExitCode.SOFTWARE;
            }
            if (status != null) {
                seen = true;
                spec.commandLine().getErr().println(progress(status));
            }
            Thread.sleep(EVERY);
        }
    }

    private @Nullable JsonNode find(JsonNode projections, int generation) {
        for (JsonNode each : projections) {
            if (each.path("readModel").asString("").equals(readModel)
                    && each.path("generation").asInt() == generation) {
                return each;
            }
        }
        return null;
    }

    private static String progress(JsonNode status) {
        String left = status.path("secondsLeft").isNumber()
                ? ", " + status.path("secondsLeft").asLong() + " s left"
                : "";
        String reason =
                status.path("reason").isString() ? ", " + status.path("reason").asString() : "";
        return String.format(
                Locale.ROOT,
                "%5.1f %%  %,.0f events/s%s%s",
                status.path("progress").asDouble(0) * 100,
                status.path("eventsPerSecond").asDouble(0),
                left,
                reason);
    }
}
