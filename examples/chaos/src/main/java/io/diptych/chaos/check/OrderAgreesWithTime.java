package io.diptych.chaos.check;

import io.diptych.chaos.check.RunLog.Event;
import io.diptych.chaos.load.Attempt;
import io.diptych.chaos.load.Call;
import io.diptych.chaos.load.Outcome.Refused;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Each aggregate is linearizable, in the order of its versions: every event is what its command leads to in the state
 * before it; no command takes effect before one that was answered before it was sent; and every refusal fits a state
 * that the aggregate was in between question and answer, no older than what an earlier answer had shown.
 *
 * <p>The log names the command of each event, so there is nothing to search: what was unknown is known here. {@link
 * ClientsSeeOneOrder} judges without the log.
 */
final class OrderAgreesWithTime implements Check {

    /** An attempt that was refused, and the last version it may have seen. */
    private record Refusal(Call call, Attempt attempt, Refused outcome, int last) {}

    @Override
    public String promise() {
        return "each aggregate is linearizable in the order of its versions";
    }

    @Override
    public List<Violation> judge(Run run) {
        Map<List<String>, List<Event>> histories = VersionsWithoutGap.histories(run.log());
        Map<List<String>, List<Call>> calls = run.calls().stream()
                .collect(Collectors.groupingBy(call ->
                        List.of(call.request().aggregate(), call.request().id())));
        var violations = new ArrayList<Violation>();
        calls.forEach((name, asked) -> judge(
                Model.of(run.app(), name.getFirst()),
                name.getLast(),
                asked,
                histories.getOrDefault(name, List.of()),
                violations));
        return violations;
    }

    private static <S> void judge(
            Model<?, S, ?> model, String id, List<Call> calls, List<Event> events, List<Violation> violations) {
        var byKey = new HashMap<String, Call>();
        calls.forEach(call -> byKey.put(call.request().key(), call));
        List<Model.At<S>> states = new ArrayList<>(List.of(model.initial()));
        List<Call> effects = new ArrayList<>();
        for (Event event : events) {
            Call call = byKey.get(String.valueOf(event.commandId()));
            if (call == null) {
                return; // Another check tells of it.
            }
            if (!model.explains(states.getLast(), call.request(), event.recorded())) {
                violations.add(new Violation(event + " does not follow from " + states.getLast(), id));
            }
            states.add(model.after(states.getLast(), event.recorded()));
            effects.add(call);
        }
        judgeEffects(id, effects, violations);
        judgeRefusals(model, id, states, effects, calls, violations);
    }

    private static void judgeEffects(String id, List<Call> effects, List<Violation> violations) {
        long latest = Long.MIN_VALUE;
        for (int i = 0; i < effects.size(); i++) {
            Call call = effects.get(i);
            if (call.ended() < latest) {
                violations.add(new Violation(
                        "version " + (i + 1) + " of command [" + call.request().key()
                                + "] was answered before an earlier version's command was sent",
                        id));
            }
            latest = Math.max(latest, call.invoked());
        }
    }

    /** In the order of their questions, each is given the oldest state it fits: that leaves most to the later ones. */
    private static <S> void judgeRefusals(
            Model<?, S, ?> model,
            String id,
            List<Model.At<S>> states,
            List<Call> effects,
            List<Call> calls,
            List<Violation> violations) {
        List<Refusal> seen = new ArrayList<>();
        var placed = new HashMap<Refusal, Integer>();
        for (Refusal refusal : refusals(calls, effects)) {
            long invoked = refusal.attempt().invoked();
            int first = 0;
            for (int i = 0; i < effects.size(); i++) {
                first = effects.get(i).ended() < invoked ? i + 1 : first;
            }
            for (Refusal earlier : seen) {
                if (earlier.attempt().ended() < invoked) {
                    first = Math.max(first, placed.getOrDefault(earlier, 0));
                }
            }
            int at = first;
            while (at <= refusal.last()
                    && !model.explains(states.get(at), refusal.call().request(), refusal.outcome())) {
                at++;
            }
            if (at > refusal.last()) {
                violations.add(new Violation(
                        "command [" + refusal.call().request().key() + "] was refused with " + refusal.outcome()
                                + ", which fits no state from version " + first + " to " + refusal.last(),
                        id));
            } else {
                seen.add(refusal);
                placed.put(refusal, at);
            }
        }
    }

    private static List<Refusal> refusals(List<Call> calls, List<Call> effects) {
        var refusals = new ArrayList<Refusal>();
        for (Call call : calls) {
            for (Attempt attempt : call.refusals()) {
                refusals.add(new Refusal(call, attempt, (Refused) attempt.outcome(), last(call, attempt, effects)));
            }
        }
        refusals.sort(Comparator.comparingLong(refusal -> refusal.attempt().invoked()));
        return refusals;
    }

    /** Before what was asked only after the answer; and before its own effect, which would have been the answer. */
    private static int last(Call call, Attempt attempt, List<Call> effects) {
        for (int i = 0; i < effects.size(); i++) {
            if (effects.get(i).invoked() > attempt.ended() || effects.get(i).equals(call)) {
                return i;
            }
        }
        return effects.size();
    }
}
