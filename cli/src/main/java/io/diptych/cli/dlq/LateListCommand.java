package io.diptych.cli.dlq;

import io.diptych.cli.client.Answer;
import io.diptych.cli.client.ApiClient;
import io.diptych.cli.client.ApiClient.Parameter;
import io.diptych.cli.client.ApiClient.Place;
import io.diptych.cli.client.Printing;
import io.diptych.cli.client.UrlOption;
import java.io.IOException;
import java.io.PrintWriter;
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

/** {@code late list}: what came too late. */
@Command(
        name = "list",
        description = "List read models over windows, or the late events of one, the latest first.",
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n")
final class LateListCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "READ-MODEL",
            description = "Default: all, with their watermark and how much is late.")
    private @Nullable String readModel;

    @Option(
            names = "--state",
            defaultValue = "waiting",
            paramLabel = "STATE",
            description = "waiting, admitted or discarded. Default: ${DEFAULT-VALUE}")
    private String state = "";

    @Option(names = "--limit", paramLabel = "N", description = "At most so many lines. Default: all")
    private long limit = Long.MAX_VALUE;

    @Option(names = "--json", description = "As JSON, a line each.")
    private boolean json;

    @Mixin
    private final UrlOption url = new UrlOption();

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (limit < 0) {
            throw new ParameterException(spec.commandLine(), "The limit [" + limit + "] must be at least 0");
        }
        Answer last = url.ask(client -> readModel == null ? depths(client) : pages(client, readModel));
        return last.isSuccess() ? ExitCode.OK : Printing.problem(last, spec.commandLine());
    }

    private Answer depths(ApiClient client) throws IOException, InterruptedException {
        Answer answer = client.waiting(Place.LATE, List.of(), List.of());
        if (answer.isSuccess()) {
            Table table = table("READ MODEL", "WATERMARK", "LATE", "OLDEST");
            for (JsonNode depth : answer.json().path("readModels")) {
                table.add(
                        depth, depth.path("name"), depth.path("watermark"), depth.path("events"), depth.path("oldest"));
            }
            table.print();
        }
        return answer;
    }

    private Answer pages(ApiClient client, String model) throws IOException, InterruptedException {
        boolean waits = state.equals("waiting");
        Table table = waits
                ? table("NUMBER", "TIME", "ROWS", "TYPE", "PLACE", "SINCE")
                : table("NUMBER", "TIME", "ROWS", "TYPE", "SETTLED", "BY", "REASON");
        return Pages.print(
                table,
                "events",
                limit,
                List.of(new Parameter("state", state)),
                page -> client.waiting(Place.LATE, List.of(model), page),
                item -> add(table, item, waits));
    }

    private static void add(Table table, JsonNode item, boolean waits) {
        JsonNode rows = Table.list(item.path("keys"));
        if (waits) {
            table.add(
                    item,
                    item.path("id"),
                    item.path("time"),
                    rows,
                    item.path("type"),
                    Table.place(item),
                    item.path("since"));
        } else {
            JsonNode settled = item.path("settled");
            table.add(
                    item,
                    item.path("id"),
                    item.path("time"),
                    rows,
                    item.path("type"),
                    settled.path("at"),
                    settled.path("by"),
                    settled.path("reason"));
        }
    }

    private Table table(String... columns) {
        PrintWriter out = spec.commandLine().getOut();
        return new Table(out, json, columns);
    }
}
