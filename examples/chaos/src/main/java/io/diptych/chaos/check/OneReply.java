package io.diptych.chaos.check;

import io.diptych.chaos.check.RunLog.Answer;
import io.diptych.chaos.check.RunLog.Sent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * Each command record is answered once at most, and all that accept the same command say the same. A node that is killed
 * right after a commit takes its answers with it; these are few. Kafka's producer may store a record twice when it gives up
 * on a batch and begins anew: each of the two is then answered.
 */
final class OneReply implements Check {

    /** Of all answers. */
    private static final double LOST_AT_MOST = 0.02;

    @Override
    public String promise() {
        return "one reply to each record, one result for each command id";
    }

    @Override
    public List<Violation> judge(Run run) {
        var violations = new ArrayList<Violation>();
        var records = new HashMap<String, Integer>();
        for (Sent command : run.log().commands()) {
            records.merge(command.correlationId(), 1, Integer::sum);
        }
        var answers = new HashMap<String, Integer>();
        var results = new HashMap<String, Answer>();
        for (Answer answer : run.log().replies()) {
            int times = answers.merge(answer.correlationId(), 1, Integer::sum);
            int asked = records.getOrDefault(answer.correlationId(), 0);
            if (asked == 0) {
                violations.add(new Violation("answers no command: " + answer, null));
            } else if (times > asked) {
                violations.add(
                        new Violation("answered " + times + " times, stored " + asked + " times: " + answer, null));
            }
            Answer first =
                    answer.body().contains("\"version\":") && answer.body().contains("\"token\":")
                            ? results.putIfAbsent(answer.commandId(), answer)
                            : null;
            if (first != null && !first.body().equals(answer.body())) {
                violations.add(new Violation("two results: " + first + " and " + answer, null));
            }
        }
        var lost = new ArrayList<Violation>();
        for (Sent command : run.log().commands()) {
            int times = answers.getOrDefault(command.correlationId(), 0);
            if (times < records.getOrDefault(command.correlationId(), 0)) {
                lost.add(new Violation("answered " + times + " times, too few: " + command, null));
            }
        }
        if (lost.size() > LOST_AT_MOST * run.log().commands().size()) {
            violations.addAll(lost);
        }
        return violations;
    }
}
