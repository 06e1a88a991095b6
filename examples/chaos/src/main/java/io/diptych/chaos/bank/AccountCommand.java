package io.diptych.chaos.bank;

/** What can be asked of an account. */
public sealed interface AccountCommand {
    String accountId();

    record OpenAccount(String accountId, long amount) implements AccountCommand {}

    record Deposit(String accountId, String transferId, long amount) implements AccountCommand {}

    record Withdraw(String accountId, String transferId, long amount) implements AccountCommand {}
}
