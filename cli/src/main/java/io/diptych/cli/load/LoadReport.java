package io.diptych.cli.load;

import io.diptych.cli.load.CommandLines.Unreadable;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What became of a file.
 *
 * @param accepted commands that took effect, now or in an earlier load
 * @param rejected commands that were refused, by code
 * @param unreadable lines that are no commands
 * @param firstUnreadable the first of them
 * @param took from the first command to the last answer
 * @param visibleAfter from the last answer to when all accepted commands were in the read model
 * @param notVisible why that is not known; null when it is
 * @param stopped why not all lines were sent; null when they were
 */
public record LoadReport(
        long accepted,
        SortedMap<String, Long> rejected,
        long unreadable,
        List<Unreadable> firstUnreadable,
        Duration took,
        @Nullable Duration visibleAfter,
        @Nullable String notVisible,
        @Nullable String stopped) {

    /** How many lines were read. */
    public long lines() {
        return accepted + rejectedInAll() + unreadable;
    }

    /** How many commands were refused. */
    public long rejectedInAll() {
        return rejected.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Prints it as a table. */
    public void print(PrintWriter out) {
        row(out, "", "lines", lines());
        row(out, "", "accepted", accepted);
        row(out, "", "rejected", rejectedInAll());
        rejected.forEach((code, count) -> row(out, "  ", code, count));
        row(out, "", "unreadable", unreadable);
        firstUnreadable.forEach(line -> out.println("  line " + line.number() + ": " + line.reason()));
        if (unreadable > firstUnreadable.size()) {
            out.println("  and " + (unreadable - firstUnreadable.size()) + " more");
        }
        double seconds = took.toNanos() / 1e9;
        out.println(String.format(
                Locale.ROOT, "%-26s%10.1f s  (%,.0f lines/s)", "sent and answered in", seconds, lines() / seconds));
        if (visibleAfter != null) {
            out.println(String.format(
                    Locale.ROOT, "%-26s%10.3f s", "the last visible after", visibleAfter.toNanos() / 1e9));
        } else if (notVisible != null) {
            out.println("not known to be visible yet: " + notVisible);
        }
    }

    private static void row(PrintWriter out, String indent, String name, long count) {
        out.println(String.format(Locale.ROOT, "%-26s%10d", indent + name, count));
    }
}
