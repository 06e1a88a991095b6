package io.diptych.bench.report;

import io.diptych.bench.bed.Machine;
import io.diptych.bench.run.Metric;
import io.diptych.bench.run.Results;
import io.diptych.bench.run.Suite;
import io.diptych.bench.run.Values;
import io.diptych.bench.run.WarmUp;
import io.diptych.bench.run.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A run in writing.
 *
 * @param call how the bench was called
 * @param chosen what it was to measure
 * @param suites the first of those, which are over
 */
public record Report(
        String call,
        Machine machine,
        int rounds,
        List<Suite> chosen,
        List<Suite> suites,
        List<Target> targets,
        Results results) {

    /** The tables, for a terminal. */
    public String terminal() {
        var text = new StringBuilder();
        for (Suite suite : suites) {
            List<List<String>> rows = table(suite);
            if (rows.size() > 1) {
                text.append(suite.title())
                        .append("\n\n")
                        .append(Text.columns(rows))
                        .append('\n');
                warmth(suite).ifPresent(told -> text.append(told).append("\n\n"));
            }
        }
        List<List<String>> judged = targetTable();
        if (judged.size() > 1) {
            text.append("Targets\n\n").append(Text.columns(judged)).append('\n');
        }
        results.failures()
                .forEach((workload, why) -> text.append("FAILED ")
                        .append(workload)
                        .append(": ")
                        .append(why)
                        .append('\n'));
        return text.toString();
    }

    /** Writes {@code report.md}, {@code figures.csv} with each round, and a picture of each suite. */
    public void write(Path folder) throws IOException {
        Files.createDirectories(folder);
        var pictures = new ArrayList<String>();
        for (Suite suite : suites) {
            String picture = picture(suite);
            if (Chart.write(suite, results, folder.resolve(picture))) {
                pictures.add(picture);
            } else {
                Files.deleteIfExists(folder.resolve(picture));
            }
        }
        Files.writeString(folder.resolve("report.md"), markdown(pictures));
        Files.writeString(folder.resolve("figures.csv"), csv());
    }

    private static String picture(Suite suite) {
        return suite.name().replace('/', '-') + ".png";
    }

    private String markdown(List<String> pictures) {
        var text = new StringBuilder("# Benchmark\n\n");
        text.append("`").append(call).append("`, ").append(machine.when()).append("\n\n");
        text.append(rounds == 1 ? "One round" : "Medians of " + rounds + " rounds taken in turn")
                .append("; in brackets the least and the greatest. Each run has checked its own result.\n\n");
        machine.remarks().forEach(remark -> text.append("**").append(remark).append("**\n\n"));
        if (suites.size() < chosen.size()) {
            text.append("**Still to be measured, unless the bench was stopped: ")
                    .append(chosen.stream().skip(suites.size()).map(Suite::name).collect(Collectors.joining(", ")))
                    .append("**\n\n");
        }
        List<List<String>> judged = targetTable();
        if (judged.size() > 1) {
            text.append(
                            "## Targets\n\nA ratio is made round by round. The median counts, and of what must never be passed the worst")
                    .append(" round.\n\n")
                    .append(Text.markdown(judged))
                    .append('\n');
        }
        for (Suite suite : suites) {
            List<List<String>> rows = table(suite);
            text.append("## ").append(suite.title()).append("\n\n");
            if (pictures.contains(picture(suite))) {
                text.append("![")
                        .append(suite.title())
                        .append("](")
                        .append(picture(suite))
                        .append(")\n\n");
            }
            if (rows.size() > 1) {
                text.append(Text.markdown(rows)).append('\n');
                warmth(suite).ifPresent(told -> text.append(told).append("\n\n"));
            }
            text.append(suite.workloads().stream()
                            .map(workload -> "- `" + workload.name() + "`: " + workload.description())
                            .collect(Collectors.joining("\n")))
                    .append("\n\n");
        }
        if (!results.failures().isEmpty()) {
            text.append("## Failed\n\n");
            results.failures()
                    .forEach((workload, why) -> text.append("- `")
                            .append(workload)
                            .append("`: ")
                            .append(why.replace("\n", "\n  "))
                            .append('\n'));
            text.append('\n');
        }
        text.append("## Machine and versions\n\n").append(Text.markdown(machineTable()));
        return text.toString();
    }

    /** What tells whether the figures are those of warm JVMs; nothing when it was not for warming up. */
    private Optional<String> warmth(Suite suite) {
        Optional<Values> busy = results.of(suite.name(), WarmUp.BUSY);
        return results.of(suite.name(), WarmUp.TIME).flatMap(time -> busy.map(of -> warmth(time, of)));
    }

    private static String warmth(Values time, Values busy) {
        double first = busy.all().getFirst();
        String told = String.format(
                Locale.ROOT,
                "Warmed up for %.0f s. The compilers of all JVMs worked for %.0f %% of the first round that counts, %.0f %% of"
                        + " the last.",
                time.median(),
                first,
                busy.all().getLast());
        boolean warm = first <= 100 * WarmUp.QUIET;
        return told + (warm ? "" : " That is not warm yet: leave the machine alone, or give it longer with --warm-up.");
    }

    private List<List<String>> machineTable() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("What", "Which"));
        machine.facts().forEach((what, which) -> rows.add(List.of(what, which)));
        results.versions().forEach((what, which) -> rows.add(List.of(what, which)));
        return rows;
    }

    /** A row for each metric, a column for each workload; metrics that only one workload has are among them. */
    private List<List<String>> table(Suite suite) {
        List<Workload> measured = suite.workloads().stream()
                .filter(workload -> !results.metrics(suite.fullName(workload)).isEmpty())
                .toList();
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of(""));
        measured.forEach(workload -> head.add(workload.name()));
        rows.add(head);
        List<Metric> metrics = measured.stream()
                .flatMap(workload -> results.metrics(suite.fullName(workload)).stream())
                .distinct()
                .toList();
        for (Metric metric : metrics) {
            List<String> row = new ArrayList<>(List.of(metric.name() + ", " + metric.unit()));
            for (Workload workload : measured) {
                row.add(results.of(suite.fullName(workload), metric)
                        .map(Report::cell)
                        .orElse(""));
            }
            rows.add(row);
        }
        return rows;
    }

    private static String cell(Values values) {
        return Text.number(values.median()) + (values.all().size() > 1 ? " (" + Text.spread(values) + ")" : "");
    }

    private List<List<String>> targetTable() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("Target", "is", "spread", "wanted", ""));
        for (Target target : targets) {
            target.outcome(results).ifPresent(outcome -> rows.add(row(outcome)));
        }
        return rows;
    }

    private static List<String> row(Target.Outcome outcome) {
        String unit = outcome.unit().isEmpty() ? "" : " " + outcome.unit();
        return List.of(
                outcome.target().what(),
                Text.number(outcome.counts()) + unit,
                Text.spread(outcome.values()),
                wanted(outcome.target().bound(), unit),
                outcome.met() == null ? "" : outcome.met() ? "met" : "MISSED");
    }

    private static String wanted(Target.@Nullable Bound bound, String unit) {
        if (bound == null) {
            return "to be stated";
        }
        return (bound.always() ? "always " : "") + (bound.atLeast() ? "≥ " : "≤ ") + Text.number(bound.value()) + unit;
    }

    private String csv() {
        var text = new StringBuilder("workload,metric,unit,round,value\n");
        for (Suite suite : suites) {
            append(text, suite.name());
            suite.workloads().forEach(workload -> append(text, suite.fullName(workload)));
        }
        return text.toString();
    }

    private void append(StringBuilder text, String name) {
        for (Metric metric : results.metrics(name)) {
            results.of(name, metric).ifPresent(values -> append(text, name, metric, values));
        }
    }

    private static void append(StringBuilder text, String name, Metric metric, Values values) {
        for (int round = 0; round < values.all().size(); round++) {
            text.append(String.format(
                    Locale.ROOT,
                    "%s,\"%s\",%s,%d,%s%n",
                    name,
                    metric.name(),
                    metric.unit(),
                    round + 1,
                    values.all().get(round)));
        }
    }
}
