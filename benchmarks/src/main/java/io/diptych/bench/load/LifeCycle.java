package io.diptych.bench.load;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Orders that go through their whole life: created, paid, shipped, delivered. A block of orders goes one step, then the
 * next, so that the commands of an order do not follow each other at once. The same number is always the same command.
 *
 * @param prefix of the orders' ids
 */
public record LifeCycle(String prefix) {

    /** Commands of an order. */
    public static final List<String> STEPS = List.of("CreateOrder", "PayOrder", "ShipOrder", "DeliverOrder");

    /** What each of them leads to. */
    public static final List<String> EVENTS = List.of("OrderCreated", "OrderPaid", "OrderShipped", "OrderDelivered");

    /** Orders that take each step together. */
    private static final int BLOCK = 500;

    private static final int CUSTOMERS = 2000;
    private static final int PRODUCTS = 500;

    /**
     * A command.
     *
     * @param step from 0: its place in the order's life
     */
    public record Command(String orderId, int step, String body) implements KafkaLoad.Command {

        @Override
        public String key() {
            return orderId;
        }

        @Override
        public String type() {
            return STEPS.get(step);
        }

        @Override
        public byte[] bytes() {
            return body.getBytes(StandardCharsets.UTF_8);
        }
    }

    /** The command of that number; a multiple of {@link #STEPS} in a row makes whole lives only at the end of a block. */
    public Command command(long number) {
        long inBlock = number % ((long) BLOCK * STEPS.size());
        long order = number / ((long) BLOCK * STEPS.size()) * BLOCK + inBlock % BLOCK;
        return command(order, (int) (inBlock / BLOCK));
    }

    /** That step of that order. */
    public Command command(long order, int step) {
        String id = prefix + order;
        String body = step == 0 ? created(id, order) : "{\"orderId\":\"" + id + "\"}";
        return new Command(id, step, body);
    }

    /** The event that follows from that step; its JSON has the command's members. */
    public byte[] event(long order, int step) {
        return command(order, step).bytes();
    }

    /** What is ordered in that order. */
    public static int quantity(long order) {
        return (int) (1 + order % 5);
    }

    /** Who ordered it. */
    public static String customer(long order) {
        return "C-" + order % CUSTOMERS;
    }

    private static String created(String id, long order) {
        return "{\"orderId\":\"" + id + "\",\"product\":\"P-" + order % PRODUCTS + "\",\"quantity\":" + quantity(order)
                + ",\"unitPrice\":9.95,\"customerId\":\"" + customer(order)
                + "\",\"country\":\"France\",\"orderedAt\":\"2026-11-01T08:30:00Z\"}";
    }
}
