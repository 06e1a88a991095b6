package io.diptych.chaos.check;

import io.diptych.chaos.check.RunLog.Event;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The events of an aggregate stand on one partition, with the versions 1, 2, 3 in the order of the log. */
final class VersionsWithoutGap implements Check {

    @Override
    public String promise() {
        return "per aggregate: versions without gap or fork, on one partition";
    }

    @Override
    public List<Violation> judge(Run run) {
        var last = new HashMap<List<String>, Event>();
        var violations = new ArrayList<Violation>();
        for (Event event : run.log().events()) {
            var recorded = event.recorded();
            Event before = last.put(List.of(event.aggregate(), recorded.aggregateId()), event);
            long expected = before == null ? 1 : before.recorded().version() + 1;
            if (recorded.version() != expected) {
                violations.add(
                        new Violation("version " + expected + " was expected of " + event, recorded.aggregateId()));
            }
            if (before != null && before.recorded().partition() != recorded.partition()) {
                violations.add(new Violation(before + " and " + event + " share no partition", recorded.aggregateId()));
            }
        }
        return violations;
    }

    /** The events of each aggregate, in the order of the log. */
    static Map<List<String>, List<Event>> histories(RunLog log) {
        var histories = new HashMap<List<String>, List<Event>>();
        for (Event event : log.events()) {
            histories
                    .computeIfAbsent(
                            List.of(event.aggregate(), event.recorded().aggregateId()), key -> new ArrayList<>())
                    .add(event);
        }
        return histories;
    }
}
