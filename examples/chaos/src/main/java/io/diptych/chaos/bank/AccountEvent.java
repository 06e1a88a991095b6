package io.diptych.chaos.bank;

/** What happened to an account. */
public sealed interface AccountEvent {
    String accountId();

    long amount();

    record AccountOpened(String accountId, long amount) implements AccountEvent {}

    record Deposited(String accountId, String transferId, long amount) implements AccountEvent {}

    record Withdrawn(String accountId, String transferId, long amount) implements AccountEvent {}

    /** What it adds to the balance. */
    default long change() {
        return this instanceof Withdrawn ? -amount() : amount();
    }
}
