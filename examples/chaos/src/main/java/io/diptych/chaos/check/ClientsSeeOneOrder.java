package io.diptych.chaos.check;

import io.diptych.chaos.load.Attempt;
import io.diptych.chaos.load.Call;
import io.diptych.chaos.load.Outcome.Accepted;
import io.diptych.chaos.load.Outcome.Refused;
import io.diptych.chaos.load.Outcome.Unknown;
import io.diptych.chaos.load.Request;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What clients heard, without a look at the log, can have been said by one aggregate that does one thing at a time: a
 * search for an order of all answers, as Wing and Gong do it and as Porcupine does (Lowe, "Testing for linearizability",
 * 2017). A command whose outcome is unknown may take effect at any time after it was sent, or never.
 *
 * <p>A version has room for one command, so the search branches only where an unknown one took a version.
 */
final class ClientsSeeOneOrder implements Check {

    /** Gives an aggregate up, as undecided, after so many steps. */
    private static final int STEPS = 2_000_000;

    /** Something that clients know to have happened, or may have. */
    private record Op(
            Request request,
            long invoked,
            long ended,
            @Nullable Refused refused,
            long version) {
        boolean sure() {
            return ended != Long.MAX_VALUE;
        }
    }

    @Override
    public String promise() {
        return "what clients heard of each aggregate fits one order of doing things";
    }

    @Override
    public List<Violation> judge(Run run) {
        Map<List<String>, List<Call>> calls = run.calls().stream()
                .collect(Collectors.groupingBy(call ->
                        List.of(call.request().aggregate(), call.request().id())));
        var violations = new ArrayList<Violation>();
        calls.forEach((name, asked) -> {
            if (!explained(Model.of(run.app(), name.getFirst()), ops(asked))) {
                violations.add(new Violation("no order of all calls explains their answers", name.getLast()));
            }
        });
        return violations;
    }

    private static List<Op> ops(List<Call> calls) {
        var ops = new ArrayList<Op>();
        for (Call call : calls) {
            for (Attempt refusal : call.refusals()) {
                ops.add(new Op(call.request(), refusal.invoked(), refusal.ended(), (Refused) refusal.outcome(), -1));
            }
            long version = call.accepted().map(Accepted::version).orElse(-1L);
            boolean possible = version > 0 || call.attempts().stream().anyMatch(a -> a.outcome() instanceof Unknown);
            if (possible) {
                ops.add(new Op(call.request(), call.invoked(), call.ended(), null, version));
            }
        }
        ops.sort(Comparator.comparingLong(Op::invoked));
        return ops;
    }

    /** A point of the search: the ops that are done, and the aggregate's state after them. */
    private record Point<S>(BitSet done, Model.At<S> at) {}

    private static <S> boolean explained(Model<?, S, ?> model, List<Op> ops) {
        Map<Long, Integer> byVersion = new HashMap<>();
        for (int i = 0; i < ops.size(); i++) {
            if (ops.get(i).version() > 0 && byVersion.put(ops.get(i).version(), i) != null) {
                return false; // Two commands were told that they made the same version.
            }
        }
        Deque<Point<S>> open = new ArrayDeque<>(List.of(new Point<>(new BitSet(), model.initial())));
        Set<Point<S>> seen = new HashSet<>();
        for (int steps = 0; !open.isEmpty(); steps++) {
            Point<S> point = withRefusals(model, ops, open.pop());
            if (isComplete(ops, point.done()) || steps > STEPS) {
                return true;
            }
            Integer next = byVersion.get(point.at().version() + 1);
            if (seen.add(point)) {
                successors(model, ops, point, next).forEach(open::push);
            }
        }
        return false;
    }

    /** Does all that can be refused now: it changes nothing, so to put it off would not help. */
    private static <S> Point<S> withRefusals(Model<?, S, ?> model, List<Op> ops, Point<S> point) {
        var done = (BitSet) point.done().clone();
        boolean more = true;
        while (more) {
            more = false;
            long limit = limit(ops, done);
            for (int i = done.nextClearBit(0);
                    i < ops.size() && ops.get(i).invoked() <= limit;
                    i = done.nextClearBit(i + 1)) {
                Refused refused = ops.get(i).refused();
                if (refused != null && model.explains(point.at(), ops.get(i).request(), refused)) {
                    done.set(i);
                    more = true;
                }
            }
        }
        return new Point<>(done, point.at());
    }

    private static <S> List<Point<S>> successors(
            Model<?, S, ?> model, List<Op> ops, Point<S> point, @Nullable Integer known) {
        var successors = new ArrayList<Point<S>>();
        long limit = limit(ops, point.done());
        for (int i = point.done().nextClearBit(0);
                i < ops.size() && ops.get(i).invoked() <= limit;
                i = point.done().nextClearBit(i + 1)) {
            Op op = ops.get(i);
            boolean fits = known == null ? op.version() < 0 : known == i;
            Model.At<S> after = op.refused() == null && fits ? model.after(point.at(), op.request()) : null;
            if (after != null) {
                var done = (BitSet) point.done().clone();
                done.set(i);
                successors.add(new Point<>(done, after));
            }
        }
        return successors;
    }

    /** Nothing that was sent later than this may be done: something else was answered before. */
    private static long limit(List<Op> ops, BitSet done) {
        long limit = Long.MAX_VALUE;
        for (int i = done.nextClearBit(0);
                i < ops.size() && ops.get(i).invoked() <= limit;
                i = done.nextClearBit(i + 1)) {
            limit = Math.min(limit, ops.get(i).ended());
        }
        return limit;
    }

    private static boolean isComplete(List<Op> ops, BitSet done) {
        for (int i = done.nextClearBit(0); i < ops.size(); i = done.nextClearBit(i + 1)) {
            if (ops.get(i).sure()) {
                return false;
            }
        }
        return true;
    }
}
