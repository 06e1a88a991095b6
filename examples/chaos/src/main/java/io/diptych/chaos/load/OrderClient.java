package io.diptych.chaos.load;

import io.diptych.chaos.load.Outcome.Accepted;
import io.diptych.chaos.load.Outcome.NotSent;
import io.diptych.chaos.load.Outcome.Unknown;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Takes orders through their lives: half of the time one of a few hot ones, which many clients want at once and which
 * therefore often refuse, else a cold one.
 */
final class OrderClient implements Client {

    private static final int HOT = 4;
    private static final int COMMANDS_TO_A_HOT_ORDER = 40;
    private static final int ATTEMPTS = 4;
    private static final List<String> LIFE = List.of("CreateOrder", "PayOrder", "ShipOrder", "DeliverOrder");

    /** An order and what the clients believe of it. */
    private record Order(String id, int step, @Nullable Long version) {}

    /** What all order clients share. */
    static final class Book {
        private final AtomicReferenceArray<Order> hot = new AtomicReferenceArray<>(HOT);
        private final AtomicLong hotCommands = new AtomicLong();
        private final Deque<Order> cold = new ConcurrentLinkedDeque<>();
        private final AtomicLong numbers = new AtomicLong();

        private Order fresh() {
            return new Order("o-" + numbers.incrementAndGet(), 0, null);
        }

        private Order hot(int slot) {
            Order order = hot.get(slot);
            if (order == null || hotCommands.incrementAndGet() % COMMANDS_TO_A_HOT_ORDER == 0) {
                order = fresh();
                hot.set(slot, order);
            }
            return order;
        }
    }

    private final Book book;
    private final Gateways gateways;
    private final SplittableRandom random;
    private final String name;
    private long commands;

    OrderClient(Book book, Gateways gateways, SplittableRandom random, String name) {
        this.book = book;
        this.gateways = gateways;
        this.random = random;
        this.name = name;
    }

    @Override
    public void step() throws InterruptedException {
        if (random.nextBoolean()) {
            Order order = book.hot(random.nextInt(HOT));
            send(order, anyCommand());
            return;
        }
        Order known = random.nextInt(3) == 0 ? null : book.cold.pollFirst();
        Order order = known == null ? book.fresh() : known;
        String command = random.nextInt(10) == 0 ? anyCommand() : LIFE.get(order.step());
        Outcome outcome = send(order, command);
        int step = order.step() + 1;
        if (outcome instanceof Accepted accepted && command.equals(LIFE.get(order.step())) && step < LIFE.size()) {
            book.cold.addLast(new Order(order.id(), step, accepted.version()));
        }
    }

    /** Sends it; an outcome that is not known is mostly asked for again, with the same key. */
    private Outcome send(Order order, String command) throws InterruptedException {
        Long expected = order.version() != null && random.nextInt(3) == 0 ? order.version() : null;
        var request =
                new Request(name + "-" + ++commands, "order", order.id(), command, body(order.id(), command), expected);
        Outcome outcome = gateways.send(request, random);
        for (int i = 1; i < ATTEMPTS && (outcome instanceof Unknown || outcome instanceof NotSent); i++) {
            if (random.nextInt(4) == 0) {
                return outcome;
            }
            Thread.sleep(random.nextInt(50, 500));
            outcome = gateways.send(request, random);
        }
        if (outcome instanceof Accepted accepted && random.nextInt(10) == 0) {
            gateways.read("order_summary", order.id(), accepted, random);
        }
        return outcome;
    }

    private String anyCommand() {
        return random.nextInt(6) == 0 ? "CancelOrder" : LIFE.get(random.nextInt(LIFE.size()));
    }

    private String body(String id, String command) {
        return switch (command) {
            case "CreateOrder" ->
                String.format(
                        Locale.ROOT,
                        "{\"orderId\":\"%s\",\"product\":\"p-%d\",\"quantity\":%d,\"unitPrice\":%d.%02d}",
                        id,
                        random.nextInt(20),
                        random.nextInt(1, 10),
                        random.nextInt(1, 100),
                        random.nextInt(100));
            case "CancelOrder" -> "{\"orderId\":\"" + id + "\",\"reason\":\"chaos\"}";
            default -> "{\"orderId\":\"" + id + "\"}";
        };
    }
}
