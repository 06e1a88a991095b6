package io.diptych.chaos.bank;

import static io.diptych.command.Decision.accept;
import static io.diptych.command.Decision.reject;

import io.diptych.chaos.bank.AccountCommand.Deposit;
import io.diptych.chaos.bank.AccountCommand.OpenAccount;
import io.diptych.chaos.bank.AccountCommand.Withdraw;
import io.diptych.chaos.bank.AccountDecider.Account;
import io.diptych.chaos.bank.AccountEvent.AccountOpened;
import io.diptych.chaos.bank.AccountEvent.Deposited;
import io.diptych.chaos.bank.AccountEvent.Withdrawn;
import io.diptych.command.Decider;
import io.diptych.command.Decision;
import io.diptych.message.Metadata;

/**
 * The write side. It does not know the transfers it has seen: that each is taken once is what Diptych has to see to.
 */
public final class AccountDecider implements Decider<AccountCommand, Account, AccountEvent> {

    /** What a decision needs to know. */
    public record Account(boolean open, long balance) {}

    @Override
    public Account initialState() {
        return new Account(false, 0);
    }

    @Override
    public Decision<AccountEvent> decide(AccountCommand command, Account account, Metadata metadata) {
        String id = command.accountId();
        return switch (command) {
            case OpenAccount c when account.open() -> reject("account-open", "The account [" + id + "] is open");
            case OpenAccount c -> accept(new AccountOpened(id, c.amount()));
            case AccountCommand c when !account.open() -> reject("no-account", "There is no account [" + id + "]");
            case Withdraw c
            when c.amount() > account.balance() ->
                reject("insufficient-funds", "Account [" + id + "] has less than [" + c.amount() + "]");
            case Withdraw c -> accept(new Withdrawn(id, c.transferId(), c.amount()));
            case Deposit c -> accept(new Deposited(id, c.transferId(), c.amount()));
        };
    }

    @Override
    public Account evolve(Account account, AccountEvent event) {
        return new Account(true, account.balance() + event.change());
    }
}
