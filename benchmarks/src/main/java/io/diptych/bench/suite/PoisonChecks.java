package io.diptych.bench.suite;

import io.diptych.bench.load.LettersApi.Retried;
import io.diptych.bench.poison.OfflineFold;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What must be true of dead letters: each fails, naming what is wrong. */
final class PoisonChecks {

    private PoisonChecks() {}

    /** Those keys wait that have a poison event, each with it and all later events, and no other key does. */
    static void requireParked(OfflineFold expected, Map<String, Long> parked) {
        if (parked.equals(expected.waiting())) {
            return;
        }
        Set<Map.Entry<String, Long>> missing = new HashSet<>(expected.waiting().entrySet());
        missing.removeAll(parked.entrySet());
        Set<Map.Entry<String, Long>> wrong = new HashSet<>(parked.entrySet());
        wrong.removeAll(expected.waiting().entrySet());
        throw new IllegalStateException("There are " + parked.size() + " parked keys where "
                + expected.waiting().size()
                + " should be: " + wrong.size() + " are wrong, such as " + some(wrong) + ", and " + missing.size()
                + " are missing, such as " + some(missing) + " (each with its number of events)");
    }

    private static String some(Set<Map.Entry<String, Long>> entries) {
        return entries.stream().limit(3).toList().toString();
    }

    static void requireNothingParked(Map<String, Long> parked) {
        if (!parked.isEmpty()) {
            throw new IllegalStateException(parked.size() + " keys are still parked after the retry, such as "
                    + some(parked.entrySet()) + " (each with its number of events)");
        }
    }

    static void requireRetried(String what, Retried expected, Retried actual) {
        if (!actual.equals(expected)) {
            throw new IllegalStateException("The " + what + " of all did " + actual + " and should do " + expected);
        }
    }
}
