package io.diptych.cli.dlq;

import io.diptych.cli.client.Answer;
import io.diptych.cli.client.ApiClient;
import io.diptych.cli.client.ApiClient.Parameter;
import io.diptych.cli.client.ApiClient.Place;
import io.diptych.cli.client.Printing;
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

/** {@code dlq list}: what waits. */
@Command(
        name = "list",
        description = "List read models, or the parked keys of one, or the letters of a key.",
        parameterListHeading = "%nParameters:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n")
final class ListCommand implements Callable<Integer> {

    @Parameters(index = "0", arity = "0..1", paramLabel = "READ-MODEL", description = "Default: all, with their depth.")
    private @Nullable String readModel;

    @Option(names = "--key", paramLabel = "KEY", description = "The letters of this key, in order.")
    private @Nullable String key;

    @Option(names = "--discarded", description = "What was given up, by whom and why.")
    private boolean discarded;

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
        if (readModel == null && (key != null || discarded)) {
            throw new ParameterException(spec.commandLine(), "Name the read model: dlq list READ-MODEL --key KEY");
        }
        if (limit < 0) {
            throw new ParameterException(spec.commandLine(), "The limit [" + limit + "] must be at least 0");
        }
        Answer last = url.ask(client -> readModel == null ? depths(client) : pages(client, readModel));
        if (last.isSuccess()) {
            return ExitCode.OK;
        }
        return Printing.problem(last, spec.commandLine());
    }

    private Answer depths(ApiClient client) throws IOException, InterruptedException {
        Answer answer = client.waiting(Place.DEAD_LETTERS, List.of(), List.of());
        if (answer.isSuccess()) {
            Table table = table("READ MODEL", "KEYS", "EVENTS", "OLDEST");
            for (JsonNode depth : answer.json().path("readModels")) {
                table.add(depth, depth.path("name"), depth.path("keys"), depth.path("events"), depth.path("oldest"));
            }
            table.print();
        }
        return answer;
    }

    private Answer pages(ApiClient client, String model) throws IOException, InterruptedException {
        Table table = key == null && !discarded
                ? table("KEY", "EVENTS", "SINCE", "LETTER", "CAUSE", "ERROR")
                : discarded
                        ? table("LETTER", "KEY", "TYPE", "DISCARDED", "BY", "REASON")
                        : table("LETTER", "TYPE", "PLACE", "CAUSE", "ATTEMPTS", "ERROR");
        var parameters = new ArrayList<Parameter>();
        if (key != null) {
            parameters.add(new Parameter("key", key));
        }
        if (discarded) {
            parameters.add(new Parameter("discarded", "true"));
        }
        return Pages.print(
                table,
                key == null && !discarded ? "keys" : "letters",
                limit,
                parameters,
                page -> client.waiting(Place.DEAD_LETTERS, List.of(model), page),
                item -> add(table, item));
    }

    private void add(Table table, JsonNode item) {
        if (discarded) {
            JsonNode how = item.path("discarded");
            table.add(
                    item,
                    item.path("id"),
                    item.path("key"),
                    item.path("type"),
                    how.path("at"),
                    how.path("by"),
                    how.path("reason"));
        } else if (key != null) {
            table.add(
                    item,
                    item.path("id"),
                    item.path("type"),
                    Table.place(item),
                    item.path("cause"),
                    item.path("attempts"),
                    item.path("error"));
        } else {
            JsonNode first = item.path("first");
            table.add(
                    item,
                    item.path("key"),
                    item.path("events"),
                    item.path("since"),
                    first.path("id"),
                    first.path("cause"),
                    first.path("error"));
        }
    }

    private Table table(String... columns) {
        PrintWriter out = spec.commandLine().getOut();
        return new Table(out, json, columns);
    }
}
