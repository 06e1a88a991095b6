package io.diptych.example.orders;

import static io.diptych.example.orders.OrderStatus.CREATED;
import static java.util.Objects.requireNonNull;

import io.diptych.example.orders.OrderEvent.OrderCreated;
import io.diptych.message.Recorded;
import io.diptych.projection.Indexed;
import io.diptych.projection.Key;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Read side: a row for each order, which follows it through its life. */
public record OrderSummary(
        @Key String orderId,
        String product,
        int quantity,
        @Nullable BigDecimal unitPrice,
        @Indexed @Nullable String customerId,
        @Nullable String country,
        Instant orderedAt,
        @Indexed OrderStatus status,
        long version) {

    static OrderSummary evolve(@Nullable OrderSummary row, Recorded<OrderEvent> recorded) {
        return switch (recorded.event()) {
            case OrderCreated(var id, var product, var quantity, var price, var customer, var country, var at) ->
                new OrderSummary(id, product, quantity, price, customer, country, at, CREATED, recorded.version());
            case OrderEvent e -> requireNonNull(row).now(OrderStatus.after(e), recorded.version());
        };
    }

    private OrderSummary now(OrderStatus status, long version) {
        return new OrderSummary(orderId, product, quantity, unitPrice, customerId, country, orderedAt, status, version);
    }
}
