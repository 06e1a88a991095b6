package io.diptych.cli.internal;

import io.diptych.cli.client.Answer;
import io.diptych.kafka.Json;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

/** Shows answers of a node. */
final class Printing {

    private Printing() {}

    /** JSON for reading on standard output, or what went wrong on the other; returns the exit code. */
    static int print(Answer answer, CommandLine line) {
        if (answer.isSuccess()) {
            line.getOut().println(Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(answer.json()));
            return ExitCode.OK;
        }
        line.getErr().println(answer.problem());
        return ExitCode.SOFTWARE;
    }
}
