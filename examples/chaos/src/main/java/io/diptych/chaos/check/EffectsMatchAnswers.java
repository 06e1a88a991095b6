package io.diptych.chaos.check;

import io.diptych.chaos.check.RunLog.Event;
import io.diptych.chaos.load.Attempt;
import io.diptych.chaos.load.Call;
import io.diptych.chaos.load.Outcome.Accepted;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Acknowledged: exactly one event, the one that the answer names. Failed: none. Not known: none or one. */
final class EffectsMatchAnswers implements Check {

    @Override
    public String promise() {
        return "acknowledged: exactly one event; failed: none; unknown: none or one";
    }

    @Override
    public List<Violation> judge(Run run) {
        Map<String, List<Event>> byCommand = run.log().events().stream()
                .collect(Collectors.groupingBy(event -> Objects.toString(event.commandId())));
        var violations = new ArrayList<Violation>();
        var asked = new HashSet<String>();
        for (Call call : run.calls()) {
            asked.add(call.request().key());
            judge(call, byCommand.getOrDefault(call.request().key(), List.of()), violations);
        }
        byCommand.forEach((command, events) -> {
            if (!asked.contains(command)) {
                violations.add(new Violation(
                        "nobody sent the command [" + command + "] of " + events,
                        events.getFirst().recorded().aggregateId()));
            }
        });
        return violations;
    }

    private static void judge(Call call, List<Event> events, List<Violation> violations) {
        String key = call.request().key();
        String id = call.request().id();
        if (events.size() > 1) {
            violations.add(new Violation("command [" + key + "] took effect " + events.size() + " times", id));
        } else if (events.isEmpty() && call.accepted().isPresent()) {
            violations.add(new Violation("command [" + key + "] was acknowledged and has no event", id));
        } else if (!events.isEmpty() && call.failed()) {
            violations.add(new Violation("command [" + key + "] failed and has an event", id));
        }
        for (Event event : events) {
            for (Attempt attempt : call.attempts()) {
                if (attempt.outcome() instanceof Accepted accepted && !names(accepted, event)) {
                    violations.add(new Violation(
                            "command [" + key + "] was answered with " + accepted + " but has " + event, id));
                }
            }
        }
    }

    private static boolean names(Accepted accepted, Event event) {
        var recorded = event.recorded();
        return accepted.version() == recorded.version()
                && accepted.token().equals(event.aggregate() + ":" + recorded.partition() + ":" + recorded.offset());
    }
}
