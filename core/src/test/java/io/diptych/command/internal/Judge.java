package io.diptych.command.internal;

import io.diptych.message.Headers;
import io.diptych.message.LogRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Judges what a simulation left on the log and in the stores. */
final class Judge {

    private final Simulation simulation;
    private final SimulatedKafka kafka;
    private final Sequentially expected;

    Judge(Simulation simulation, int recentCommands) {
        this.simulation = simulation;
        this.kafka = simulation.kafka();
        this.expected = new Sequentially(kafka, recentCommands);
    }

    /** Versions of an aggregate are 1, 2, 3: nothing lost, nothing twice, no two histories. */
    void versionsHaveNoGap() {
        var versions = new HashMap<String, Integer>();
        for (LogRecord event : kafka.read(SimulatedKafka.EVENTS)) {
            String account = String.valueOf(event.text(Headers.SUBJECT));
            int version = versions.merge(account, 1, Integer::sum);
            if (!Integer.toString(version).equals(event.text(Headers.SEQUENCE))) {
                throw simulation.violation(
                        "versions without gap or fork",
                        account + " has version " + event.text(Headers.SEQUENCE) + " where " + version + " should be");
            }
        }
    }

    /** Each command had its one effect, in the order of the log. */
    void theLogIsAsOneAfterTheOtherWouldMakeIt() {
        for (int i = 0; i < SimulatedKafka.PARTITIONS; i++) {
            var found = new ArrayList<Sequentially.Event>();
            for (LogRecord event : kafka.read(SimulatedKafka.EVENTS, i)) {
                found.add(new Sequentially.Event(
                        String.valueOf(event.text(Headers.SUBJECT)),
                        Integer.parseInt(String.valueOf(event.text(Headers.SEQUENCE))),
                        new String(event.value()),
                        String.valueOf(event.text(Headers.CAUSATION_ID))));
            }
            requireSame("one effect per command, in order", "events of partition " + i, found, expected.events(i));
        }
    }

    /**
     * One reply to each delivery of a command, a repeated one with the first result and its real place on the log; for a
     * gateway none when a node dies right after the commit.
     */
    void eachDeliveryIsAnsweredOnce() {
        var replies = new TreeMap<String, List<String>>();
        replies.putAll(replies(SimulatedSenders.REPLIES));
        replies.putAll(replies(SimulatedSenders.OWN_REPLIES));
        expected.replies().forEach((delivery, wanted) -> {
            List<String> texts = replies.getOrDefault(delivery, List.of());
            boolean mayBeLost = expected.isFromGateway(delivery) && !simulation.isCalm(delivery);
            if (texts.isEmpty() && mayBeLost) {
                simulation.reached("reply to a gateway lost");
            } else if (texts.size() != 1 || !texts.getFirst().startsWith(wanted)) {
                throw simulation.violation(
                        "one reply per delivery",
                        delivery + " was answered " + texts + " instead of once [" + wanted + "]");
            }
        });
        replies.keySet().removeAll(expected.replies().keySet());
        requireSame("one reply per delivery", "answered without need", replies, Map.of());
    }

    private Map<String, List<String>> replies(String topic) {
        var replies = new TreeMap<String, List<String>>();
        for (LogRecord reply : kafka.read(topic)) {
            replies.computeIfAbsent(String.valueOf(reply.text(Headers.REPLY_CORRELATION_ID)), d -> new ArrayList<>())
                    .add(new String(reply.value()));
        }
        return replies;
    }

    /** What cannot be used is kept, once. */
    void eachUnusableRecordIsDeadLetteredOnce() {
        var found = new ArrayList<String>();
        kafka.read("bank.dlq").forEach(letter -> found.add(letter.text(Headers.REPLY_CORRELATION_ID)));
        found.sort(null);
        requireSame("one dead letter", "dead letters", found, expected.deadLetters());
    }

    /** Of each partition the node's store knows what the log says: states, results, places. */
    void storesAreAsTheLog(SimulatedNode node) {
        for (int i = 0; i < SimulatedKafka.PARTITIONS; i++) {
            SimulatedStore store = node.store(i);
            if (store == null) {
                continue;
            }
            Map<String, List<AggregateStore.Place>> places = new HashMap<>();
            for (LogRecord event : kafka.read(SimulatedKafka.EVENTS, i)) {
                String id = String.valueOf(event.text(Headers.SUBJECT));
                var known = places.computeIfAbsent(id, a -> new ArrayList<>());
                known.add(new AggregateStore.Place(id, known.size() + 1, event.offset()));
            }
            for (String id : new TreeSet<>(expected.accounts(i))) {
                AggregateState<Integer> state = store.known(id);
                String what = id + " in the store of " + node.name();
                String known = state == null ? "nothing" : state.state() + " v" + state.version() + recent(state);
                requireSame("stores equal the log", what, known, expected.state(i, id));
                requireSame(
                        "stores equal the log",
                        "places of " + what,
                        store.events(id, 1, Integer.MAX_VALUE),
                        places.getOrDefault(id, List.of()));
            }
        }
    }

    private static List<String> recent(AggregateState<Integer> state) {
        return state.recent().all().stream()
                .map(r -> r.commandId() + " v" + r.version() + " " + r.eventTypes() + " at " + r.offset())
                .toList();
    }

    private void requireSame(String judge, String what, Object found, Object wanted) {
        if (!found.equals(wanted)) {
            throw simulation.violation(judge, what + ": found " + found + "\n  instead of " + wanted);
        }
    }
}
