package io.diptych.chaos.load;

import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** What all bank clients share: the accounts, and the transfers that wait to be settled at the end. */
final class Bank {

    static final int ACCOUNTS = 24;
    static final long FIRST_DEPOSIT = 1_000;

    /** An account and the commands to it that are not settled. */
    record Account(String id, DuplicateWindow window) {}

    /**
     * Money on its way.
     *
     * @param ticket of the withdrawal, while it is not known to have happened; 0 when it has
     */
    record Transfer(String id, Account from, Account to, long amount, long ticket) {
        boolean withdrawn() {
            return ticket == 0;
        }

        Transfer afterWithdrawal() {
            return new Transfer(id, from, to, amount, 0);
        }
    }

    private final List<Account> accounts = IntStream.range(0, ACCOUNTS)
            .mapToObj(i -> new Account("a-" + i, new DuplicateWindow()))
            .toList();
    private final Queue<Transfer> unsettled = new ConcurrentLinkedQueue<>();
    private final AtomicLong transfers = new AtomicLong();

    List<Account> accounts() {
        return accounts;
    }

    Queue<Transfer> unsettled() {
        return unsettled;
    }

    String nextTransfer() {
        return "t-" + transfers.incrementAndGet();
    }

    /** Some are asked for more often than others. */
    Account any(SplittableRandom random) {
        double drawn = random.nextDouble();
        return accounts.get((int) (drawn * drawn * ACCOUNTS));
    }
}
