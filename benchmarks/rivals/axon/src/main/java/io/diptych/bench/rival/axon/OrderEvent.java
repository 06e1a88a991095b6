package io.diptych.bench.rival.axon;

import java.math.BigDecimal;
import java.time.Instant;
import org.axonframework.eventsourcing.annotation.EventTag;
import org.jspecify.annotations.Nullable;

/** What happened to an order. */
sealed interface OrderEvent {

    record OrderCreated(
            @EventTag(key = Order.TAG) String orderId,
            String product,
            int quantity,
            @Nullable BigDecimal unitPrice,
            @Nullable String customerId,
            @Nullable String country,
            @Nullable Instant orderedAt)
            implements OrderEvent {}

    record OrderPaid(@EventTag(key = Order.TAG) String orderId) implements OrderEvent {}

    record OrderShipped(@EventTag(key = Order.TAG) String orderId) implements OrderEvent {}

    record OrderDelivered(@EventTag(key = Order.TAG) String orderId) implements OrderEvent {}
}
