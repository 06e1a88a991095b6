package io.diptych.bench;

import io.diptych.bench.bed.Bed;
import io.diptych.bench.bed.BedStart;
import io.diptych.bench.bed.Machine;
import io.diptych.bench.poison.PoisonOptions;
import io.diptych.bench.report.Report;
import io.diptych.bench.restart.RestartOptions;
import io.diptych.bench.run.Results;
import io.diptych.bench.run.Runner;
import io.diptych.bench.run.Selection;
import io.diptych.bench.run.Suite;
import io.diptych.bench.run.WarmUp;
import io.diptych.bench.run.Workload;
import io.diptych.bench.suite.Context;
import io.diptych.bench.suite.Extent;
import io.diptych.bench.suite.Suites;
import io.diptych.bench.suite.Targets;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench}: measures Diptych, the ceilings of the machine and the rivals, side by side. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measure Diptych, what this machine can do at most, and what you would use instead, side by side in one run: a"
                    + " real Kafka broker in a process of its own, a real PostgreSQL with fsync on. Each run checks its own"
                    + " results.",
            "Exit code 1 when something failed or was wrong; the others are measured all the same. A target that is missed"
                    + " is no failure."
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  ${COMMAND-FULL-NAME} --quick                         all of it, roughly, in a quarter of an hour",
            "  ${COMMAND-FULL-NAME}                                 figures to rely on: leave the machine alone meanwhile",
            "  ${COMMAND-FULL-NAME} --only kafka --rounds 9         commands through Kafka only, more often",
            "  ${COMMAND-FULL-NAME} --only http/diptych,spring-outbox",
            "  ${COMMAND-FULL-NAME} --only rebuild --events 10000000",
            "  ${COMMAND-FULL-NAME} --only restart --aggregates 1000000",
            "  ${COMMAND-FULL-NAME} --only poison                   events that cannot be folded, nodes that are killed",
            "  ${COMMAND-FULL-NAME} --only growth                   what becomes of it when one thing grows",
            "  ${COMMAND-FULL-NAME} --only growth/aggregates/10000,growth/aggregates/1000000"
        })
final class BenchCommand implements Callable<Integer> {

    private static final int QUICK_ROUNDS = 3;
    private static final int ROUNDS = 5;
    private static final int QUICK_WARM_UP = 30;
    private static final int WARM_UP = 300;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Option(names = "--quick", description = "Short rounds, and " + QUICK_ROUNDS + " of them: a rough picture.")
    private boolean quick;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "NAME",
            description = "Only these suites, workloads or both (suite/workload), separated by commas: see --list.")
    private List<String> only = List.of();

    @Option(names = "--list", description = "Tell what there is to measure, and end.")
    private boolean list;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "How often each is measured. Default: " + ROUNDS + ", with --quick " + QUICK_ROUNDS)
    private @Nullable Integer rounds;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            description =
                    "How long a suite is warmed up at most, in rounds that do not count, while compilers are busy;"
                            + " 0 for none, where a round is long. Default: " + WARM_UP + ", with --quick "
                            + QUICK_WARM_UP)
    private @Nullable Integer warmUp;

    @Option(
            names = "--events",
            paramLabel = "N",
            description = "Of which a read model is made, four for each order. Default: 1000000, with --quick 200000")
    private @Nullable Integer events;

    @Option(
            names = "--report",
            paramLabel = "FOLDER",
            defaultValue = "target/bench",
            description = "Where report.md, its pictures and figures.csv go, each time a suite is over. Default:"
                    + " ${DEFAULT-VALUE}")
    private Path report = Path.of("target/bench");

    @Option(
            names = "--dir",
            paramLabel = "FOLDER",
            description =
                    "Where the data of Kafka and PostgreSQL are meanwhile: the disk that is measured. Default: the"
                            + " folder for temporary files")
    private @Nullable Path dir;

    @Option(
            names = "--keep",
            description = "Keep the data and the logs. They are kept in any case when something fails.")
    private boolean keep;

    @ArgGroup(heading = "%nFor restart:%n", exclusive = false)
    private RestartOptions restart = new RestartOptions();

    @ArgGroup(heading = "%nFor poison:%n", exclusive = false)
    private PoisonOptions poison = new PoisonOptions();

    @Override
    public Integer call() throws Exception {
        String refusal = restart.refusal();
        if (refusal != null) {
            throw wrong(refusal);
        }
        var started = new AtomicReference<@Nullable Bed>();
        var results = new Results();
        var context = new Context(() -> Objects.requireNonNull(started.get()), extent(), results);
        List<Suite> suites = Suites.all(context, restart, poison);
        PrintWriter out = spec.commandLine().getOut();
        if (list) {
            list(suites, out);
            return 0;
        }
        List<Suite> chosen = select(suites);
        int times = rounds();
        Duration warmUpAtMost = warmUp();
        try (BedStart bed = BedStart.start(dir, root(), extent().room(times))) {
            started.set(bed.bed());
            Machine machine = Machine.here(bed.bed().dir(), root());
            PrintWriter err = spec.commandLine().getErr();
            machine.remarks().forEach(err::println);
            results.version("Kafka", bed.kafkaVersion());
            results.version("PostgreSQL", bed.postgresVersion());
            Function<List<Suite>, Report> reported =
                    done -> new Report(commandLine(), machine, times, chosen, done, Targets.all(), results);
            new Runner(chosen, times, new WarmUp(bed.bed()::compileMillis, warmUpAtMost), results, err)
                    .run(done -> write(reported.apply(done)));
            out.println();
            out.print(reported.apply(chosen).terminal());
            out.println("Report: " + report.resolve("report.md"));
            boolean failed = !results.failures().isEmpty();
            if (keep || failed) {
                bed.keep();
                out.println("Data and logs are kept in " + bed.bed().dir());
            }
            out.flush();
            return failed ? 1 : 0;
        }
    }

    private Extent extent() {
        Extent usual = quick ? Extent.QUICK : Extent.FULL;
        if (events != null && (events < 1000 || events > 200_000_000)) {
            throw wrong("The events [" + events + "] must be from 1000 to 200000000");
        }
        return events == null ? usual : usual.withEvents(events);
    }

    private int rounds() {
        int number = rounds != null ? rounds : quick ? QUICK_ROUNDS : ROUNDS;
        if (number < 1 || number > 100) {
            throw wrong("The rounds [" + number + "] must be from 1 to 100");
        }
        return number;
    }

    private Duration warmUp() {
        int seconds = warmUp != null ? warmUp : quick ? QUICK_WARM_UP : WARM_UP;
        if (seconds < 0 || seconds > 3600) {
            throw wrong("The warm-up [" + seconds + "] must be from 0 to 3600 seconds");
        }
        return Duration.ofSeconds(seconds);
    }

    private List<Suite> select(List<Suite> suites) {
        try {
            return Selection.of(suites, only);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static void list(List<Suite> suites, PrintWriter out) {
        for (Suite suite : suites) {
            out.println(suite.name() + ": " + suite.title() + (suite.inDefault() ? "" : " (only when asked for)"));
            for (Workload workload : suite.workloads()) {
                out.println("  " + suite.fullName(workload) + ": " + workload.description());
            }
        }
        out.flush();
    }

    private void write(Report written) {
        try {
            written.write(report);
        } catch (IOException e) {
            // What was measured is not lost with it.
            spec.commandLine().getOut().println(written.terminal());
            throw wrong(
                    "The report cannot be written to [" + report + "] (" + e + "): name another folder with --report");
        }
    }

    private String commandLine() {
        return String.join(
                        " ",
                        spec.commandLine().getCommandName(),
                        String.join(" ", spec.commandLine().getParseResult().originalArgs()))
                .strip();
    }

    private static Path root() {
        return Path.of(System.getProperty("diptych.root", ".")).toAbsolutePath().normalize();
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
