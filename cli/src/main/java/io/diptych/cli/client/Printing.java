package io.diptych.cli.client;

import io.diptych.kafka.Json;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import tools.jackson.databind.JsonNode;

/** Shows answers of a node. */
public final class Printing {

    private Printing() {}

    /** JSON for reading on standard output, or what went wrong on the other; returns the exit code. */
    public static int print(Answer answer, CommandLine line) {
        if (!answer.isSuccess()) {
            return problem(answer, line);
        }
        line.getOut().println(pretty(answer.json()));
        return ExitCode.OK;
    }

    /** JSON for reading. */
    public static String pretty(JsonNode node) {
        return Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(node);
    }

    /** What went wrong, on standard error; returns the exit code. */
    public static int problem(Answer failed, CommandLine line) {
        line.getErr().println(failed.problem());
        return ExitCode.SOFTWARE;
    }
}
