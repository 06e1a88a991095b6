package io.diptych.chaos.report;

import io.diptych.chaos.check.Run;
import io.diptych.chaos.check.Violation;
import io.diptych.chaos.fault.Landed;
import io.diptych.chaos.load.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What came of a run. Times are {@link System#nanoTime}.
 *
 * @param begun when the attack began
 * @param ended when the last client stopped
 * @param operated what else was done to the system, in words
 * @param failures what could not be done to the system, mended or completed
 * @param verdicts what broke each promise
 */
public record Report(
        long seed,
        long begun,
        long ended,
        Run run,
        List<Landed> landed,
        List<String> operated,
        List<String> failures,
        Map<String, List<Violation>> verdicts) {

    /** Fewer faults, per minute, show nothing. */
    private static final int FAULTS_PER_MINUTE = 5;

    /** Fewer acknowledged calls, per second, show nothing. */
    private static final int CALLS_PER_SECOND = 2;

    private static final int SHOWN = 10;

    /** Whether enough happened and nothing broke. */
    public boolean passed() {
        return problems().isEmpty();
    }

    /** One line for each thing that is wrong. */
    List<String> problems() {
        var problems = new ArrayList<>(failures);
        verdicts.forEach((promise, violations) -> {
            if (!violations.isEmpty()) {
                problems.add("BROKEN " + violations.size() + " times: " + promise);
            }
        });
        if (landed.size() < FAULTS_PER_MINUTE * seconds() / 60) {
            problems.add("Only " + landed.size() + " faults landed: fewer than " + FAULTS_PER_MINUTE + " a minute");
        }
        if (accepted() < CALLS_PER_SECOND * seconds()) {
            problems.add(
                    "Only " + accepted() + " calls were acknowledged: fewer than " + CALLS_PER_SECOND + " a second");
        }
        return problems;
    }

    double seconds() {
        return (ended - begun) / 1e9;
    }

    long accepted() {
        return run.calls().stream().filter(call -> call.accepted().isPresent()).count();
    }

    long failed() {
        return run.calls().stream().filter(Call::failed).count();
    }

    long unknown() {
        return run.calls().size() - accepted() - failed();
    }

    Silence silence() {
        return Silence.longest(this);
    }

    /** A few lines for the terminal. */
    public String summary() {
        var lines = new ArrayList<String>();
        lines.add(figures());
        operated.forEach(what -> lines.add("  " + what));
        verdicts.forEach(
                (promise, violations) -> lines.add((violations.isEmpty() ? "  kept    " : "  BROKEN  ") + promise));
        for (List<Violation> violations : verdicts.values()) {
            violations.stream().limit(SHOWN).forEach(violation -> lines.add("  " + violation.what()));
        }
        violated().limit(2).forEach(id -> lines.addAll(Evidence.of(run, id, begun)));
        problems().forEach(problem -> lines.add("FAILED: " + problem));
        if (passed()) {
            lines.add("PASSED");
        }
        return String.join("\n", lines);
    }

    String figures() {
        return String.format(
                Locale.ROOT,
                "%d faults landed in %.0f s; %d commands: %d acknowledged (%.0f/s), %d refused, %d unknown; %d events; longest"
                        + " silence %.1f s",
                landed.size(),
                seconds(),
                run.calls().size(),
                accepted(),
                accepted() / seconds(),
                failed(),
                unknown(),
                run.log().events().size(),
                silence().seconds());
    }

    private java.util.stream.Stream<String> violated() {
        return verdicts.values().stream()
                .flatMap(List::stream)
                .map(Violation::id)
                .filter(java.util.Objects::nonNull)
                .map(java.util.Objects::requireNonNull)
                .distinct();
    }

    /** Writes {@code report.md}, {@code timeline.png} and, when something broke, {@code evidence.txt}. */
    public void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("report.md"), Page.of(this));
        TimelineChart.write(this, folder.resolve("timeline.png"));
        List<String> evidence =
                violated().flatMap(id -> Evidence.of(run, id, begun).stream()).toList();
        if (evidence.isEmpty()) {
            Files.deleteIfExists(folder.resolve("evidence.txt"));
        } else {
            Files.write(folder.resolve("evidence.txt"), evidence);
        }
    }
}
