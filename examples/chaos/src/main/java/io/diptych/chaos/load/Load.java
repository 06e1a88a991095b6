package io.diptych.chaos.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;

/** All clients of a run: orders and a bank. */
public final class Load {

    private static final int ORDER_CLIENTS = 10;
    private static final int BANK_CLIENTS = 8;
    /** A client waits that long at most between two things it does: two cores shall not be all that is tested. */
    private static final int THINKS_AT_MOST_MS = 150;

    private static final Duration SETTLES_WITHIN = Duration.ofSeconds(90);

    private final Gateways gateways;
    private final SplittableRandom random;
    private final Bank bank = new Bank();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;
    private volatile long deadline = Long.MAX_VALUE;

    /** Nobody does anything yet. */
    public Load(Gateways gateways, long seed) {
        this.gateways = gateways;
        this.random = new SplittableRandom(seed);
    }

    /** Opens the accounts; returns how much money there is from now on. */
    public long openAccounts() throws InterruptedException {
        new BankClient(bank, gateways, random.split(), () -> true).openAccounts();
        return Bank.ACCOUNTS * Bank.FIRST_DEPOSIT;
    }

    /** Begins; an operator has those read models made anew. */
    public Operator start(Collection<String> readModels) {
        var book = new OrderClient.Book();
        for (int i = 1; i <= ORDER_CLIENTS; i++) {
            run("c" + i, new OrderClient(book, gateways, random.split(), "c" + i), random.split());
        }
        for (int i = 1; i <= BANK_CLIENTS; i++) {
            run("b" + i, new BankClient(bank, gateways, random.split(), () -> !stopped), random.split());
        }
        var operator = new Operator(gateways, readModels, random.split());
        run("operator", operator, random.split());
        return operator;
    }

    private void run(String name, Client client, SplittableRandom pace) {
        threads.add(Thread.ofPlatform().name(name).daemon().start(() -> {
            try {
                while (!stopped) {
                    client.step();
                    Thread.sleep(pace.nextInt(THINKS_AT_MOST_MS));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    /** Lets everybody finish what they are at. */
    public void stop() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Completes the transfers that were in doubt; returns how many could not be. */
    public int settle() throws InterruptedException {
        deadline = System.nanoTime() + SETTLES_WITHIN.toNanos();
        var client = new BankClient(bank, gateways, random.split(), () -> System.nanoTime() < deadline);
        while (!bank.unsettled().isEmpty() && System.nanoTime() < deadline) {
            client.settle();
        }
        return bank.unsettled().size();
    }
}
