package io.diptych.chaos.report;

import io.diptych.chaos.check.Run;
import io.diptych.chaos.check.RunLog.Event;
import io.diptych.chaos.load.Attempt;
import io.diptych.chaos.load.Call;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** All that is known of one aggregate: its calls in the order of time, its events in the order of the log. */
final class Evidence {

    private record Line(long time, String text) {}

    private Evidence() {}

    static List<String> of(Run run, String id, long begun) {
        var calls = new ArrayList<Line>();
        for (Call call : run.calls()) {
            if (call.request().id().equals(id)) {
                for (Attempt attempt : call.attempts()) {
                    calls.add(new Line(
                            attempt.invoked(),
                            String.format(
                                    Locale.ROOT,
                                    "  call %.3f to %.3f s by %s: %s [%s]%s -> %s",
                                    (attempt.invoked() - begun) / 1e9,
                                    (attempt.ended() - begun) / 1e9,
                                    attempt.gateway(),
                                    call.request().type(),
                                    call.request().key(),
                                    call.request().expectedVersion() == null
                                            ? ""
                                            : " if version " + call.request().expectedVersion(),
                                    attempt.outcome())));
                }
            }
        }
        calls.sort(Comparator.comparingLong(Line::time));
        var lines = new ArrayList<String>();
        lines.add("Evidence of [" + id + "]:");
        calls.forEach(line -> lines.add(line.text()));
        for (Event event : run.log().events()) {
            if (event.recorded().aggregateId().equals(id)) {
                lines.add("  " + event);
            }
        }
        return lines;
    }
}
