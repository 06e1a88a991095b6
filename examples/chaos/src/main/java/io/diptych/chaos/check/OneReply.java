package io.diptych.chaos.check;

import io.diptych.chaos.check.RunLog.Answer;
import io.diptych.chaos.check.RunLog.Sent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;

/** Each command record is answered once, and all that accept the same command say the same. */
final class OneReply implements Check {

    @Override
    public String promise() {
        return "one reply to each record, one result for each command id";
    }

    @Override
    public List<Violation> judge(Run run) {
        var violations = new ArrayList<Violation>();
        var answers = new HashMap<String, Answer>();
        var results = new HashMap<String, Answer>();
        for (Answer answer : run.log().replies()) {
            Answer other = answers.put(answer.correlationId(), answer);
            if (other != null) {
                violations.add(new Violation("answered twice: " + other + " and " + answer, null));
            }
            Answer first =
                    answer.body().contains("\"version\":") && answer.body().contains("\"token\":")
                            ? results.putIfAbsent(answer.commandId(), answer)
                            : null;
            if (first != null && !first.body().equals(answer.body())) {
                violations.add(new Violation("two results: " + first + " and " + answer, null));
            }
        }
        var sent = new HashSet<String>();
        for (Sent command : run.log().commands()) {
            sent.add(command.correlationId());
            if (!answers.containsKey(command.correlationId())) {
                violations.add(new Violation("never answered: " + command, null));
            }
        }
        answers.values().stream()
                .filter(answer -> !sent.contains(answer.correlationId()))
                .forEach(answer -> violations.add(new Violation("answers no command: " + answer, null)));
        return violations;
    }
}
