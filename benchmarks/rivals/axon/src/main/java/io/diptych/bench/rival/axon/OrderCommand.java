package io.diptych.bench.rival.axon;

import java.math.BigDecimal;
import java.time.Instant;
import org.axonframework.modelling.annotation.TargetEntityId;
import org.jspecify.annotations.Nullable;

/** What can be asked of an order. */
sealed interface OrderCommand {

    String orderId();

    record CreateOrder(
            @TargetEntityId String orderId,
            @Nullable String product,
            @Nullable Integer quantity,
            @Nullable BigDecimal unitPrice,
            @Nullable String customerId,
            @Nullable String country,
            @Nullable Instant orderedAt)
            implements OrderCommand {}

    record PayOrder(@TargetEntityId String orderId) implements OrderCommand {}

    record ShipOrder(@TargetEntityId String orderId) implements OrderCommand {}

    record DeliverOrder(@TargetEntityId String orderId) implements OrderCommand {}
}
