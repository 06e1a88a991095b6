package io.diptych.bench.rival.pekko;

import org.jspecify.annotations.Nullable;

/** What happened to an order. */
public sealed interface OrderEvent extends AsJson {

    /** Where the order is with it. */
    String status();

    /** There is an order. */
    record Created(OrderData data) implements OrderEvent {
        @Override
        public String status() {
            return "CREATED";
        }
    }

    /** It went on. */
    record Moved(String orderId, String status) implements OrderEvent {}

    /** Where a command leads from that status; null when it must not be. */
    static @Nullable String after(@Nullable String status, String command) {
        return switch (command) {
            case "CreateOrder" -> status == null ? "CREATED" : null;
            case "PayOrder" -> "CREATED".equals(status) ? "PAID" : null;
            case "ShipOrder" -> "PAID".equals(status) ? "SHIPPED" : null;
            case "DeliverOrder" -> "SHIPPED".equals(status) ? "DELIVERED" : null;
            default -> null;
        };
    }
}
