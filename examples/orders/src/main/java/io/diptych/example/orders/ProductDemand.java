package io.diptych.example.orders;

import static java.math.BigDecimal.ZERO;
import static java.util.Objects.requireNonNullElse;

import io.diptych.example.orders.OrderEvent.OrderCancelled;
import io.diptych.example.orders.OrderEvent.OrderCreated;
import io.diptych.message.Recorded;
import io.diptych.projection.Key;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Read side: a row for each product, with all orders of it that were not cancelled. */
public record ProductDemand(@Key String product, long orders, long units, BigDecimal revenue) {

    static @Nullable String key(OrderEvent event) {
        return switch (event) {
            case OrderCreated e -> e.product();
            case OrderCancelled e -> e.order().product();
            default -> null;
        };
    }

    static @Nullable ProductDemand evolve(@Nullable ProductDemand row, Recorded<OrderEvent> recorded) {
        return switch (recorded.event()) {
            case OrderCreated e -> plus(row, 1, e);
            case OrderCancelled e -> plus(row, -1, e.order());
            default -> row;
        };
    }

    private static @Nullable ProductDemand plus(@Nullable ProductDemand row, int by, OrderCreated order) {
        var was = row != null ? row : new ProductDemand(order.product(), 0, 0, ZERO);
        long orders = was.orders + by;
        long units = (long) by * order.quantity();
        var revenue = requireNonNullElse(order.unitPrice(), ZERO).multiply(BigDecimal.valueOf(units));
        return orders == 0 ? null : new ProductDemand(was.product, orders, was.units + units, was.revenue.add(revenue));
    }
}
