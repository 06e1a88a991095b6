package io.diptych.bench.restart;

import io.diptych.App;
import io.diptych.command.Aggregate;
import io.diptych.command.Decider;
import io.diptych.command.Decision;
import io.diptych.message.Metadata;

/** What is measured with: an account takes any number of deposits, so a load can be as long as it must be. */
public final class Accounts {

    static final String AGGREGATE = "account";

    record Deposit(String account, long amount) {}

    record Deposited(String account, long amount) {}

    record Account(long balance, long deposits) {}

    private Accounts() {}

    /** An app of that name. */
    public static App app(String name) {
        return App.named(name)
                .with(new Aggregate<>(
                        AGGREGATE, Deposit.class, Account.class, Deposited.class, Deposit::account, new Behaviour()));
    }

    private static final class Behaviour implements Decider<Deposit, Account, Deposited> {

        @Override
        public Account initialState() {
            return new Account(0, 0);
        }

        @Override
        public Decision<Deposited> decide(Deposit command, Account state, Metadata metadata) {
            return Decision.accept(new Deposited(command.account(), command.amount()));
        }

        @Override
        public Account evolve(Account state, Deposited event) {
            return new Account(state.balance() + event.amount(), state.deposits() + 1);
        }
    }
}
