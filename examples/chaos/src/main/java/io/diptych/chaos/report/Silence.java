package io.diptych.chaos.report;

import io.diptych.chaos.load.Attempt;
import io.diptych.chaos.load.Outcome.Accepted;
import java.util.stream.LongStream;

/** A time in which no call was acknowledged; {@link System#nanoTime}. */
record Silence(long begun, long ended) {

    /** The longest of a run. */
    static Silence longest(Report report) {
        return longest(report, report.begun(), report.ended());
    }

    /** The longest that reaches into that time. */
    static Silence longest(Report report, long from, long to) {
        long[] answers = LongStream.concat(
                        LongStream.of(report.begun(), report.ended()),
                        report.run().calls().stream()
                                .flatMap(call -> call.attempts().stream())
                                .filter(attempt -> attempt.outcome() instanceof Accepted)
                                .mapToLong(Attempt::ended))
                .filter(time -> time >= report.begun() && time <= report.ended())
                .sorted()
                .toArray();
        var longest = new Silence(from, from);
        for (int i = 1; i < answers.length; i++) {
            if (answers[i] > from && answers[i - 1] < to && answers[i] - answers[i - 1] > longest.nanos()) {
                longest = new Silence(answers[i - 1], answers[i]);
            }
        }
        return longest;
    }

    double seconds() {
        return nanos() / 1e9;
    }

    private long nanos() {
        return ended - begun;
    }
}
