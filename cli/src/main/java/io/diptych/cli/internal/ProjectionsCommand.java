package io.diptych.cli.internal;

import io.diptych.cli.client.Answer;
import io.diptych.cli.client.ApiClient;
import io.diptych.cli.client.Printing;
import io.diptych.cli.client.UrlOption;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code projections}: how far each read model is behind, and why. */
@Command(
        name = "projections",
        description = "Show how far each read model is behind, on all nodes, and why; rebuild read models.",
        subcommands = {RebuildCommand.class, GenerationCommands.Rollback.class, GenerationCommands.Drop.class},
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${COMMAND-FULL-NAME}",
            "  ${COMMAND-FULL-NAME} --partitions --watch",
            "  ${COMMAND-FULL-NAME} rebuild order_summary"
        })
public final class ProjectionsCommand implements Callable<Integer> {

    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final List<String> TITLES =
            List.of("READ MODEL", "GEN", "ROLE", "PART", "POSITION", "BEHIND", "SECONDS", "EVENTS/S", "STATE", "SINCE");

    @Option(names = "--partitions", description = "A line for each partition, with the node that has it.")
    private boolean partitions;

    @Option(names = "--watch", description = "Again every second, until interrupted.")
    private boolean watch;

    @Option(names = "--json", description = "As JSON, one line each time.")
    private boolean json;

    @Mixin
    private final UrlOption url = new UrlOption();

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Answer answer = url.ask(ApiClient::projections);
        while (answer.isSuccess()) {
            print(answer.json().path("projections"));
            if (!watch) {
                return ExitCode.OK;
            }
            Thread.sleep(EVERY);
            answer = url.ask(ApiClient::projections);
        }
        return Printing.problem(answer, spec.commandLine());
    }

    private void print(JsonNode readModels) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(readModels);
            return;
        }
        var rows = new ArrayList<List<String>>();
        rows.add(TITLES);
        for (JsonNode readModel : readModels) {
            rows.add(row(readModel, readModel, "all", ""));
            if (partitions) {
                readModel
                        .path("partitions")
                        .forEach(each -> rows.add(row(
                                readModel,
                                each,
                                text(each, "partition"),
                                each.path("node").asString(""))));
            }
        }
        align(rows).forEach(out::println);
        if (watch) {
            out.println();
        }
    }

    private static List<String> row(JsonNode readModel, JsonNode at, String partition, String node) {
        String reason = at.path("reason").asString("");
        String progress = at.path("progress").isNumber()
                ? String.format(
                        Locale.ROOT,
                        "  %.1f %% filled, %s s left",
                        at.path("progress").asDouble() * 100,
                        text(at, "secondsLeft"))
                : "";
        String late = partition.equals("all") && readModel.has("watermark")
                ? "  watermark " + text(readModel, "watermark") + ", " + text(readModel, "lateEvents") + " late"
                        + (readModel.path("oldestLate").isString()
                                ? ", the first since "
                                        + text(readModel, "oldestLate").replaceFirst("\\.\\d+Z$", "Z")
                                : "")
                : "";
        return List.of(
                text(readModel, "readModel"),
                text(readModel, "generation"),
                text(readModel, "role"),
                partition,
                at.has("position") ? text(at, "position") : "",
                text(at, "eventsBehind"),
                text(at, "secondsBehind"),
                text(at, "eventsPerSecond"),
                text(at, "state"),
                text(at, "since").replaceFirst("\\.\\d+Z$", "Z")
                        + progress
                        + late
                        + (node.isEmpty() ? "" : "  on " + node)
                        + (reason.isEmpty() ? "" : "  " + reason));
    }

    /** As it is, and {@code ?} when it is unknown. */
    private static String text(JsonNode object, String member) {
        JsonNode value = object.path(member);
        return value.isNull() || value.isMissingNode() ? "?" : value.asString();
    }

    /** Names to the left, numbers to the right. */
    private static List<String> align(List<List<String>> rows) {
        var lines = new ArrayList<String>();
        for (List<String> row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < row.size() - 1; i++) {
                int column = i;
                int width = rows.stream()
                        .mapToInt(r -> r.get(column).length())
                        .max()
                        .orElse(1);
                boolean name = i == 0 || i == 2 || i == row.size() - 2;
                line.append(String.format(Locale.ROOT, "%" + (name ? "-" : "") + width + "s  ", row.get(i)));
            }
            lines.add(line.append(row.getLast()).toString());
        }
        return lines;
    }
}
