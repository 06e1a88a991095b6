package io.diptych.example.orders;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What happened to an order. */
public sealed interface OrderEvent {
    String orderId();

    record OrderCreated(
            String orderId,
            String product,
            int quantity,
            @Nullable BigDecimal unitPrice,
            @Nullable String customerId,
            @Nullable String country,
            Instant orderedAt)
            implements OrderEvent {}

    record OrderPaid(String orderId) implements OrderEvent {}

    record OrderShipped(String orderId) implements OrderEvent {}

    record OrderDelivered(String orderId) implements OrderEvent {}

    record OrderCancelled(String orderId, String reason, OrderCreated order) implements OrderEvent {}
}
