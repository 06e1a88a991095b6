package io.diptych.chaos.check;

import java.util.List;

/** Clients send only what can be used, so nothing is set aside. */
final class NoDeadLetters implements Check {

    @Override
    public String promise() {
        return "no dead letters";
    }

    @Override
    public List<Violation> judge(Run run) {
        return run.log().deadLetters().stream()
                .map(letter -> new Violation(letter, null))
                .toList();
    }
}
