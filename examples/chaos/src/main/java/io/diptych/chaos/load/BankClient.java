package io.diptych.chaos.load;

import io.diptych.chaos.load.Bank.Account;
import io.diptych.chaos.load.Bank.Transfer;
import io.diptych.chaos.load.Outcome.Accepted;
import io.diptych.chaos.load.Outcome.Refused;
import io.diptych.chaos.load.Outcome.Unknown;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * Moves money: withdraws from one account, then deposits to another, and sends each again with its own key until it
 * knows what came of it.
 */
final class BankClient implements Client {

    /** What came of a command that was sent until that was known. */
    private enum Result {
        DONE,
        REFUSED,
        /** Refused, but an earlier attempt may still be on its way; or there was no time left. */
        IN_DOUBT
    }

    private final Bank bank;
    private final Gateways gateways;
    private final SplittableRandom random;
    private final BooleanSupplier goOn;

    BankClient(Bank bank, Gateways gateways, SplittableRandom random, BooleanSupplier goOn) {
        this.bank = bank;
        this.gateways = gateways;
        this.random = random;
        this.goOn = goOn;
    }

    @Override
    public void step() throws InterruptedException {
        Account from = bank.any(random);
        Account to = bank.any(random);
        OptionalLong ticket =
                from.equals(to) ? OptionalLong.empty() : from.window().begin();
        if (ticket.isEmpty()) {
            return;
        }
        var transfer = new Transfer(bank.nextTransfer(), from, to, random.nextLong(1, 400), ticket.getAsLong());
        switch (withdraw(transfer)) {
            case DONE -> {
                from.window().settle(transfer.ticket());
                deposit(transfer.afterWithdrawal());
            }
            case REFUSED -> from.window().settle(transfer.ticket());
            case IN_DOUBT -> bank.unsettled().add(transfer);
        }
    }

    /** Opens all accounts. */
    void openAccounts() throws InterruptedException {
        for (Account account : bank.accounts()) {
            String id = account.id();
            String body = "{\"accountId\":\"" + id + "\",\"amount\":" + Bank.FIRST_DEPOSIT + "}";
            if (sendUntilKnown(new Request("open-" + id, "account", id, "OpenAccount", body, null)) != Result.DONE) {
                throw new IllegalStateException("The account [" + id + "] could not be opened");
            }
        }
    }

    /** When nothing is on its way any more: the withdrawals in doubt first, then what was withdrawn and not deposited. */
    void settle() throws InterruptedException {
        List<Transfer> withdrawn = new ArrayList<>();
        for (Transfer transfer = bank.unsettled().poll();
                transfer != null;
                transfer = bank.unsettled().poll()) {
            Result result = transfer.withdrawn() ? Result.DONE : settleWithdrawal(transfer);
            if (result == Result.DONE) {
                withdrawn.add(transfer.afterWithdrawal());
            }
        }
        for (Transfer transfer : withdrawn) {
            if (sendUntilKnown(request("Deposit", transfer.to(), transfer)) == Result.IN_DOUBT) {
                bank.unsettled().add(transfer);
            }
        }
    }

    /** Nothing is on its way: a refusal is final now, whatever was heard before. */
    private Result settleWithdrawal(Transfer transfer) throws InterruptedException {
        Result result = withdraw(transfer);
        while (result == Result.IN_DOUBT && goOn.getAsBoolean()) {
            result = withdraw(transfer);
        }
        transfer.from().window().settle(transfer.ticket());
        return result;
    }

    private Result withdraw(Transfer transfer) throws InterruptedException {
        return sendUntilKnown(request("Withdraw", transfer.from(), transfer));
    }

    private void deposit(Transfer transfer) throws InterruptedException {
        OptionalLong ticket = transfer.to().window().begin();
        if (ticket.isEmpty() || sendUntilKnown(request("Deposit", transfer.to(), transfer)) == Result.IN_DOUBT) {
            bank.unsettled().add(transfer);
            return;
        }
        transfer.to().window().settle(ticket.getAsLong());
    }

    private static Request request(String type, Account account, Transfer transfer) {
        String body = "{\"accountId\":\"" + account.id() + "\",\"transferId\":\"" + transfer.id() + "\",\"amount\":"
                + transfer.amount() + "}";
        return new Request(type + "-" + transfer.id(), "account", account.id(), type, body, null);
    }

    private Result sendUntilKnown(Request request) throws InterruptedException {
        boolean onItsWay = false;
        while (true) {
            Outcome outcome = gateways.send(request, random);
            if (outcome instanceof Accepted accepted) {
                if (random.nextInt(10) == 0) {
                    gateways.read("account_balance", request.id(), accepted, random);
                }
                return Result.DONE;
            }
            if (outcome instanceof Refused) {
                return onItsWay ? Result.IN_DOUBT : Result.REFUSED;
            }
            onItsWay |= outcome instanceof Unknown;
            if (!goOn.getAsBoolean()) {
                return Result.IN_DOUBT;
            }
            Thread.sleep(random.nextInt(50, 500));
        }
    }
}
