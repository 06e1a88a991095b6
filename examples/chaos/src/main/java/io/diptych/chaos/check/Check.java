package io.diptych.chaos.check;

import java.util.List;

/** Judges one promise. */
public interface Check {

    /** In words. */
    String promise();

    /** Where it was broken. */
    List<Violation> judge(Run run);

    /** All of them. */
    static List<Check> all() {
        return List.of(
                new EffectsMatchAnswers(),
                new VersionsWithoutGap(),
                new OrderAgreesWithTime(),
                new ClientsSeeOneOrder(),
                new OneReply(),
                new NoDeadLetters(),
                new OwnWritesAreRead(),
                new TablesMatchLog(),
                new PoisonHoldsUpItsOwnRow(),
                new MoneyIsConserved());
    }
}
