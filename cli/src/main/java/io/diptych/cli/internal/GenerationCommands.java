package io.diptych.cli.internal;

import io.diptych.cli.client.Answer;
import io.diptych.cli.client.Printing;
import io.diptych.cli.client.UrlOption;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What is done with generations beside filling them. */
final class GenerationCommands {

    private GenerationCommands() {}

    /** {@code projections rollback}. */
    @Command(
            name = "rollback",
            description = "Have the rows that served before serve again; those that serve now are kept.",
            optionListHeading = "%nOptions:%n",
            footerHeading = "%nExample:%n",
            footer = "  ${COMMAND-FULL-NAME} order_summary")
    static final class Rollback implements Callable<Integer> {

        @Parameters(paramLabel = "READ-MODEL", description = "Such as order_summary.")
        private String readModel = "";

        @Mixin
        private final UrlOption url = new UrlOption();

        @Spec
        @SuppressWarnings("NullAway.Init") // Set by picocli.
        private CommandSpec spec;

        @Override
        public Integer call() throws InterruptedException {
            Answer answer = url.ask(client -> client.rollback(readModel));
            return tell(
                    spec,
                    answer,
                    () -> "Generation " + answer.json().path("generation").asInt() + " of " + readModel
                            + " serves again");
        }
    }

    /** {@code projections drop}. */
    @Command(
            name = "drop",
            description = "Drop rows of a read model that do not serve.",
            optionListHeading = "%nOptions:%n",
            footerHeading = "%nExample:%n",
            footer = "  ${COMMAND-FULL-NAME} order_summary 1")
    static final class Drop implements Callable<Integer> {

        @Parameters(index = "0", paramLabel = "READ-MODEL", description = "Such as order_summary.")
        private String readModel = "";

        @Parameters(index = "1", paramLabel = "GENERATION", description = "Its number; see projections.")
        private int generation;

        @Mixin
        private final UrlOption url = new UrlOption();

        @Spec
        @SuppressWarnings("NullAway.Init") // Set by picocli.
        private CommandSpec spec;

        @Override
        public Integer call() throws InterruptedException {
            Answer answer = url.ask(client -> client.drop(readModel, generation));
            return tell(spec, answer, () -> "Generation " + generation + " of " + readModel + " is dropped");
        }
    }

    private static int tell(CommandSpec spec, Answer answer, Supplier<String> done) {
        if (answer.isSuccess()) {
            spec.commandLine().getOut().println(done.get());
            return ExitCode.OK;
        }
        return Printing.problem(answer, spec.commandLine());
    }
}
