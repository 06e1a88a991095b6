package io.diptych.chaos;

import io.diptych.chaos.report.Report;
import io.diptych.cli.terminal.CliException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code chaos}: attacks a system of its own and judges it. */
@Command(
        name = "chaos",
        description = {
            "Attack a system of its own and check every promise: 3 brokers, PostgreSQL and 2 nodes of each role are killed,"
                    + " frozen and restarted while clients take orders and move money.",
            "Exit code 1 when a promise was broken, or too little happened to tell."
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  ${COMMAND-FULL-NAME} --minutes 3 --seed 42", "  ${COMMAND-FULL-NAME} --minutes 10 --report nightly"
        })
final class ChaosCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            defaultValue = "3",
            description =
                    "How long clients work, at least 1; start and judgement come on top. Default: ${DEFAULT-VALUE}")
    private double minutes;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description =
                    "Draws the faults and the clients' wishes: the same again, as far as processes can be made to."
                            + " Default: another one each time, which is told.")
    private @Nullable Long seed;

    @Option(
            names = "--report",
            paramLabel = "FOLDER",
            defaultValue = "target/chaos",
            description = "Where report.md and timeline.png go. Default: ${DEFAULT-VALUE}")
    private Path report = Path.of("target/chaos");

    @Option(
            names = "--keep",
            description = "Keep the data and the logs of all processes. They are kept in any case when a check fails.")
    private boolean keep;

    @Override
    public Integer call() throws InterruptedException {
        if (!(minutes >= 1 && minutes <= 24 * 60)) {
            throw new ParameterException(spec.commandLine(), "The minutes [" + minutes + "] must be from 1 to 1440");
        }
        PrintWriter out = spec.commandLine().getOut();
        long drawn = seed == null ? System.nanoTime() % 1_000_000 : seed;
        try (var folder = RunFolder.create(keep)) {
            out.println("Seed " + drawn + ", data and logs in " + folder.path());
            var run = new ChaosRun(folder, drawn, Duration.ofMillis((long) (minutes * 60_000)), out);
            Report result = run.execute();
            result.write(report);
            out.println();
            out.println(result.summary());
            out.println("Report: " + report.resolve("report.md"));
            if (!result.passed()) {
                folder.keep();
                out.println("Data and logs are kept in " + folder.path());
            }
            return result.passed() ? 0 : 1;
        } catch (IOException e) {
            throw new CliException("The chaos run could not go on: " + e, e);
        }
    }
}
