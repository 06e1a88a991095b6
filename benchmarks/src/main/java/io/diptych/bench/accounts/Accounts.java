package io.diptych.bench.accounts;

import io.diptych.App;
import io.diptych.TopicNames;
import io.diptych.bench.load.KafkaLoad.Topics;
import io.diptych.command.Aggregate;
import io.diptych.command.Decider;
import io.diptych.command.Decision;
import io.diptych.message.Metadata;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/** What is measured with: an account takes any number of deposits, so a load can be as long as it must be. */
public final class Accounts {

    private static final String AGGREGATE = "account";

    /**
     * Puts an amount into an account.
     *
     * @param times how often, with an event for each; once if null
     * @param note is in the event as well, and makes both as large as they are wanted
     */
    record Deposit(
            String account,
            long amount,
            @Nullable Integer times,
            @Nullable String note) {}

    record Deposited(String account, long amount, @Nullable String note) {}

    record Account(long balance, long deposits) {}

    private Accounts() {}

    /** An app of that name. */
    public static App app(String name) {
        return App.named(name)
                .with(new Aggregate<>(
                        AGGREGATE, Deposit.class, Account.class, Deposited.class, Deposit::account, new Behaviour()));
    }

    /** Of the app of that name; the replies go to a topic of their own, which nobody makes but who wants them. */
    public static Topics topics(String app) {
        return new Topics(TopicNames.commands(app, AGGREGATE), TopicNames.events(app, AGGREGATE), app + "-replies");
    }

    private static final class Behaviour implements Decider<Deposit, Account, Deposited> {

        @Override
        public Account initialState() {
            return new Account(0, 0);
        }

        @Override
        public Decision<Deposited> decide(Deposit command, Account state, Metadata metadata) {
            int times = command.times() == null ? 1 : command.times();
            var deposited = new Deposited(command.account(), command.amount(), command.note());
            return new Decision.Accepted<>(Collections.nCopies(times, deposited));
        }

        @Override
        public Account evolve(Account state, Deposited event) {
            return new Account(state.balance() + event.amount(), state.deposits() + 1);
        }
    }
}
