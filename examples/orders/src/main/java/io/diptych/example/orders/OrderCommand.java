package io.diptych.example.orders;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What can be asked of an order. */
public sealed interface OrderCommand {
    String orderId();

    record CreateOrder(
            String orderId,
            String product,
            int quantity,
            @Nullable BigDecimal unitPrice,
            @Nullable String customerId,
            @Nullable String country,
            @Nullable Instant orderedAt)
            implements OrderCommand {}

    record PayOrder(String orderId) implements OrderCommand {}

    record ShipOrder(String orderId) implements OrderCommand {}

    record DeliverOrder(String orderId) implements OrderCommand {}

    record CancelOrder(String orderId, String reason) implements OrderCommand {}
}
