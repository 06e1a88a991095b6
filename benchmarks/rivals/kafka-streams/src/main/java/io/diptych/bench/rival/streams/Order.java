package io.diptych.bench.rival.streams;

import org.jspecify.annotations.Nullable;

/** What a decision needs to know of an order. */
record Order(String status, long version, @Nullable Command created) {

    /** Any of the commands; what it does not have is null. */
    record Command(
            String orderId,
            @Nullable String product,
            int quantity,
            @Nullable String unitPrice,
            @Nullable String customerId,
            @Nullable String country,
            @Nullable String orderedAt) {}

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

    /** The event's type. */
    static String event(String status) {
        return "Order" + status.charAt(0) + status.substring(1).toLowerCase(java.util.Locale.ROOT);
    }
}
