package io.diptych.chaos.report;

import io.diptych.chaos.fault.Landed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The report as a page of Markdown. */
final class Page {

    private Page() {}

    static String of(Report report) {
        var lines = new ArrayList<String>();
        lines.add("# Chaos run, seed " + report.seed() + ": " + (report.passed() ? "passed" : "FAILED"));
        lines.add("");
        lines.add(report.figures() + ".");
        lines.add("");
        report.operated().forEach(what -> lines.add("- " + what));
        lines.add("");
        lines.add("![Throughput and faults over time](timeline.png)");
        lines.add("");
        lines.add("| Promise | |");
        lines.add("|---|---|");
        report.verdicts()
                .forEach((promise, violations) -> lines.add("| " + promise + " | "
                        + (violations.isEmpty() ? "kept" : violations.size() + " violations") + " |"));
        if (!report.passed()) {
            lines.add("");
            report.problems().forEach(problem -> lines.add("- " + problem));
            report.verdicts().values().stream()
                    .flatMap(List::stream)
                    .limit(50)
                    .forEach(violation -> lines.add("- " + violation.what()));
        }
        addFaults(report, lines);
        return String.join("\n", lines) + "\n";
    }

    private static void addFaults(Report report, List<String> lines) {
        lines.add("");
        lines.add("Times are seconds; *silence* is the longest time without an acknowledged call that reaches into the"
                + " time from the fault until the part was ready again.");
        lines.add("");
        lines.add("| At | Fault | Ready again after mending | Silence |");
        lines.add("|---|---|---|---|");
        report.landed().stream().sorted(Comparator.comparingLong(Landed::begun)).forEach(landed -> {
            Long recovered = landed.recovered();
            long until = recovered == null ? landed.mended() : recovered;
            lines.add(String.format(
                    Locale.ROOT,
                    "| %.1f | %s | %s | %.1f |",
                    (landed.begun() - report.begun()) / 1e9,
                    landed.fault(),
                    recovered == null
                            ? "not within 30"
                            : String.format(Locale.ROOT, "%.1f", (recovered - landed.mended()) / 1e9),
                    Silence.longest(report, landed.begun(), until).seconds()));
        });
    }
}
