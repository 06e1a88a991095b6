package io.diptych.chaos.check;

import static io.diptych.chaos.check.History.accepted;
import static io.diptych.chaos.check.History.refused;
import static io.diptych.chaos.check.History.unknown;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Each judge is shown a history that keeps its promise and histories that break it. */
class ChecksTest {

    /** An account is opened, then 60 of its 100 are withdrawn. */
    private static History good() {
        return new History()
                .call("open", "OpenAccount", "a", 100, 0, 10, accepted(1))
                .call("w", "Withdraw", "a", 60, 20, 30, accepted(2))
                .opened("a", 1, "open", 100)
                .withdrawn("a", 2, "w", 60);
    }

    private static List<String> judge(Check check, History history) {
        return check.judge(history.run()).stream().map(Violation::what).toList();
    }

    @Test
    void a_history_without_fault_is_passed_by_every_judge() {
        var history = good().call("open-b", "OpenAccount", "b", 0, 0, 10, accepted(1))
                .opened("b", 1, "open-b", 0)
                .call("d", "Deposit", "b", 60, 40, 50, accepted(2))
                .deposited("b", 2, "d", 60)
                .sent("w", "1")
                .answered("w", "1", "{}")
                .read(2, 2)
                .row("a", 40, 2, 2)
                .row("b", 60, 2, 2)
                .transfer("t", 60, true, true, true)
                .money(100);

        assertThat(Check.all())
                .allSatisfy(check -> assertThat(judge(check, history)).isEmpty());
    }

    @Test
    void an_acknowledged_command_without_an_event_is_found() {
        var history = good().call("lost", "Deposit", "a", 1, 40, 50, accepted(3));

        assertThat(judge(new EffectsMatchAnswers(), history))
                .containsExactly("command [lost] was acknowledged and has no event");
    }

    @Test
    void a_command_with_two_events_is_found() {
        var history = good().call("twice", "Deposit", "a", 1, 40, 50, unknown());

        assertThat(judge(new EffectsMatchAnswers(), history.deposited("a", 3, "twice", 1)))
                .isEmpty();
        assertThat(judge(new EffectsMatchAnswers(), history.deposited("a", 4, "twice", 1)))
                .containsExactly("command [twice] took effect 2 times");
    }

    @Test
    void a_refused_command_with_an_event_is_found_unless_an_attempt_of_it_is_unknown() {
        var refused = good().call("r", "Deposit", "a", 1, 40, 50, refused("no-account"))
                .deposited("a", 3, "r", 1);

        assertThat(judge(new EffectsMatchAnswers(), refused)).containsExactly("command [r] failed and has an event");
        assertThat(judge(new EffectsMatchAnswers(), refused.call("r", "Deposit", "a", 1, 60, 70, unknown())))
                .isEmpty();
    }

    @Test
    void an_answer_that_names_another_version_and_an_event_that_nobody_asked_for_are_found() {
        var history = good().call("d", "Deposit", "a", 1, 40, 50, accepted(7))
                .deposited("a", 3, "d", 1)
                .deposited("a", 4, "nobody", 1);

        assertThat(judge(new EffectsMatchAnswers(), history))
                .hasSize(2)
                .anyMatch(what -> what.contains("answered with"))
                .anyMatch(what -> what.contains("nobody sent the command [nobody]"));
    }

    @Test
    void a_gap_and_a_fork_of_versions_are_found() {
        assertThat(judge(new VersionsWithoutGap(), good().deposited("a", 4, "gap", 1)))
                .hasSize(1);
        assertThat(judge(new VersionsWithoutGap(), good().deposited("a", 2, "fork", 1)))
                .hasSize(1);
    }

    @Test
    void an_event_that_the_decider_would_not_have_recorded_is_found() {
        var history =
                good().call("over", "Withdraw", "a", 50, 40, 50, accepted(3)).withdrawn("a", 3, "over", 50);

        assertThat(judge(new OrderAgreesWithTime(), history)).hasSize(1).allMatch(what -> what.contains("follow"));
        assertThat(judge(new ClientsSeeOneOrder(), history)).hasSize(1);
    }

    @Test
    void a_command_that_takes_effect_before_one_that_was_answered_before_it_was_sent_is_found() {
        var history = new History()
                .call("open", "OpenAccount", "a", 100, 0, 10, accepted(1))
                .call("first", "Deposit", "a", 1, 20, 30, accepted(3))
                .call("second", "Deposit", "a", 1, 40, 50, accepted(2))
                .opened("a", 1, "open", 100)
                .deposited("a", 2, "second", 1)
                .deposited("a", 3, "first", 1);

        assertThat(judge(new OrderAgreesWithTime(), history)).hasSize(1);
        assertThat(judge(new ClientsSeeOneOrder(), history)).hasSize(1);
    }

    @Test
    void commands_under_way_at_once_may_take_effect_in_either_order() {
        var history = new History()
                .call("open", "OpenAccount", "a", 100, 0, 10, accepted(1))
                .call("first", "Deposit", "a", 1, 20, 45, accepted(3))
                .call("second", "Deposit", "a", 1, 40, 50, accepted(2))
                .opened("a", 1, "open", 100)
                .deposited("a", 2, "second", 1)
                .deposited("a", 3, "first", 1);

        assertThat(judge(new OrderAgreesWithTime(), history)).isEmpty();
        assertThat(judge(new ClientsSeeOneOrder(), history)).isEmpty();
    }

    @Test
    void a_refusal_from_a_state_that_was_over_is_found() {
        var history = good().call("stale", "Withdraw", "a", 100, 15, 18, refused("insufficient-funds"));

        // Version 2 took effect after 20; at 18 there was enough.
        assertThat(judge(new OrderAgreesWithTime(), history)).hasSize(1);
        assertThat(judge(new ClientsSeeOneOrder(), history)).hasSize(1);
        assertThat(judge(
                        new OrderAgreesWithTime(),
                        good().call("fine", "Withdraw", "a", 100, 25, 28, refused("insufficient-funds"))))
                .isEmpty();
    }

    @Test
    void a_refusal_that_sees_less_than_an_earlier_one_has_seen_is_found() {
        var history = new History()
                .call("open", "OpenAccount", "a", 100, 0, 90, accepted(1))
                .call("second", "OpenAccount", "a", 1, 20, 30, refused("account-open"))
                .call("d", "Deposit", "a", 1, 40, 50, refused("no-account"))
                .opened("a", 1, "open", 100);

        assertThat(judge(new OrderAgreesWithTime(), history)).hasSize(1);
        assertThat(judge(new ClientsSeeOneOrder(), history)).hasSize(1);
    }

    @Test
    void an_unknown_command_may_explain_what_others_were_told_or_never_happen() {
        var history = new History()
                .call("open", "OpenAccount", "a", 100, 0, 10, accepted(1))
                .call("lost", "Withdraw", "a", 60, 20, 30, unknown())
                .call("never", "Withdraw", "a", 70, 20, 30, unknown())
                .call("d", "Deposit", "a", 5, 40, 50, accepted(3))
                .call("poor", "Withdraw", "a", 46, 60, 70, refused("insufficient-funds"));

        assertThat(judge(new ClientsSeeOneOrder(), history)).isEmpty();
        // With neither of them there is no version 2; with the other there is too little for this one.
        assertThat(judge(new ClientsSeeOneOrder(), history.call("rich", "Withdraw", "a", 40, 80, 90, accepted(4))))
                .isEmpty();
        assertThat(judge(new ClientsSeeOneOrder(), history.call("gone", "Withdraw", "a", 41, 100, 110, accepted(5))))
                .hasSize(1);
    }

    @Test
    void two_commands_that_were_told_the_same_version_are_found() {
        var history = good().call("fork", "Deposit", "a", 1, 20, 30, accepted(2));

        assertThat(judge(new ClientsSeeOneOrder(), history)).hasSize(1);
    }

    @Test
    void a_missing_a_second_and_a_different_reply_are_found() {
        assertThat(judge(new OneReply(), new History().sent("k", "1")))
                .hasSize(1)
                .allMatch(what -> what.startsWith("answered 0 times, too few"));
        assertThat(judge(
                        new OneReply(),
                        new History().sent("k", "1").answered("k", "1", "{}").answered("k", "1", "{}")))
                .hasSize(1)
                .allMatch(what -> what.startsWith("answered 2 times, stored 1 times"));
        assertThat(judge(
                        new OneReply(),
                        new History()
                                .sent("k", "1")
                                .sent("k", "1")
                                .answered("k", "1", "{}")
                                .answered("k", "1", "{}")))
                .isEmpty();
        assertThat(judge(new OneReply(), new History().answered("k", "1", "{}")))
                .hasSize(1)
                .allMatch(what -> what.startsWith("answers no command"));
        assertThat(judge(
                        new OneReply(),
                        new History()
                                .sent("k", "1")
                                .sent("k", "2")
                                .answered("k", "1", "{\"version\":1,\"token\":\"x\"}")
                                .answered("k", "2", "{\"version\":2,\"token\":\"y\"}")))
                .hasSize(1)
                .allMatch(what -> what.startsWith("two results"));
    }

    @Test
    void a_dead_letter_is_found() {
        assertThat(judge(new NoDeadLetters(), new History().deadLetter("handler-failed")))
                .hasSize(1);
    }

    @Test
    void a_stale_read_is_found() {
        assertThat(judge(new OwnWritesAreRead(), new History().read(3, 3).read(3, 4)))
                .isEmpty();
        assertThat(judge(new OwnWritesAreRead(), new History().read(3, 2))).hasSize(1);
    }

    @Test
    void a_row_too_little_too_many_or_different_is_found() {
        assertThat(judge(new TablesMatchLog(), tables().row("a", 40, 2, 2))).isEmpty();
        assertThat(judge(new TablesMatchLog(), tables())).hasSize(1);
        assertThat(judge(new TablesMatchLog(), tables().row("a", 41, 2, 2))).hasSize(1);
        assertThat(judge(new TablesMatchLog(), tables().row("a", 40, 2, 2).row("b", 0, 0, 0)))
                .hasSize(1);
    }

    private static History tables() {
        return good().transfer("t", 60, true, false, true);
    }

    @Test
    void money_that_vanishes_grows_or_stays_on_the_way_is_found() {
        assertThat(judge(new MoneyIsConserved(), good().row("a", 40, 2, 2).money(100)))
                .contains("transfer [t] left 60 on the way")
                .contains("there were 100 at the beginning, and the log has 40")
                .contains("there were 100 at the beginning, and the read model has 40");
        assertThat(judge(new MoneyIsConserved(), good().withdrawn("a", 3, "over", 41)))
                .anyMatch(what -> what.startsWith("the balance is -1"));
    }

    @Test
    void a_row_that_a_poison_event_of_another_held_up_is_found_and_one_that_was_not_held_up() {
        int troubled = 21;
        var kept = new History().transfer("t-1", 60, true, true, true).transfer("t-2", troubled, true, true, false);
        assertThat(judge(new PoisonHoldsUpItsOwnRow(), kept)).isEmpty();

        var missing = new History().transfer("t-1", 60, true, true, false);
        assertThat(judge(new PoisonHoldsUpItsOwnRow(), missing))
                .singleElement()
                .asString()
                .contains("was missing");

        var folded = new History().transfer("t-2", troubled, true, true, true);
        assertThat(judge(new PoisonHoldsUpItsOwnRow(), folded))
                .singleElement()
                .asString()
                .contains("there was the row");
    }
}
